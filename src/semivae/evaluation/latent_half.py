r"""The latent half of the scorecard, beside as many principal components."""

from __future__ import annotations

__all__ = ["latent", "smoothness"]

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

from semivae.evaluation.clusters import clusters
from semivae.evaluation.exam import Exam
from semivae.evaluation.reconstruction import pca_explained, principal
from semivae.evaluation.registry import measure
from semivae.evaluation.space import linear_probe, neighbor_probe
from semivae.fitted import Classifier, Fitted, Regressor

Values = NDArray[np.float64]
Half = dict[str, Any]

# Paths between rows, and points on each.
PATHS, POINTS = 50, 9


def latent(fitted: Fitted, exam: Exam) -> Half:
    """Returns the metrics of the latent, beside principal components."""

    z = fitted.transform(_safe_indexing(exam.train, exam.some))
    known = fitted.transform(_safe_indexing(exam.train, np.flatnonzero(exam.given)))
    mean, deviation = fitted.encode(exam.test)
    noise = np.random.default_rng(exam.seed).standard_normal(mean.shape)
    posterior = (mean + deviation * noise)[exam.shown]
    prior = fitted.sample_latents(len(posterior), random_state=exam.seed)

    return {
        **probes(z, exam.y[exam.some], mean, exam),
        **{f"{name}_given": value for name, value in probes(known, exam.y[exam.given], mean, exam).items()},
        "latents": mean.shape[1],
        **measure("latents", mean),
        **measure("posterior", mean, deviation),
        **smoothness(fitted, exam, mean),
        **({} if exam.numeric else measure("clusters", exam.test_y, clusters(mean, len(np.unique(exam.test_y))))),
        **measure("prior", posterior, prior),
        "kl": divergence(fitted),
        **components(exam, mean.shape[1]),
    }


def smoothness(fitted: Fitted, exam: Exam, mean: Values) -> Half:
    """Returns the metrics of paths between latents of random pairs of held-out rows, with the label of the first."""

    pairs = np.random.default_rng(exam.seed).integers(len(mean), size=(2, PATHS))
    # There is no path from a row to itself.
    pairs = pairs[:, pairs[0] != pairs[1]]
    ends = mean[pairs[0], None], mean[pairs[1], None]
    z = ends[0] + np.linspace(0, 1, POINTS)[:, None] * (ends[1] - ends[0])
    rows = _safe_indexing(exam.test, np.repeat(pairs[0], POINTS))
    label = fitted.predict(rows) if isinstance(fitted, Classifier | Regressor) else None
    decoded = exam.numbers(fitted.inverse_transform(z.reshape(-1, z.shape[-1]), label))

    return measure("paths", np.nan_to_num(decoded).reshape(len(z), POINTS, -1), z)


def probes(z: Values, y: NDArray[Any], test: Values, exam: Exam) -> Half:
    """Returns the scores of plain methods that learn from latents and their labels."""

    return {
        "linear_probe": linear_probe(z, y, test, exam.test_y, exam.numeric),
        "neighbor_probe": neighbor_probe(z, y, test, exam.test_y, exam.numeric),
    }


def components(exam: Exam, latents: int) -> Half:
    """Returns the metrics of as many principal components as there are latents."""

    train = exam.learned[exam.some]
    pca = principal(train, latents)
    z, test = (pca.transform(np.nan_to_num(rows)) for rows in (train, exam.held_out))

    return {
        "pca_explained": pca_explained(train, exam.held_out, latents, exam.numbers.modes),
        "pca_linear_probe": linear_probe(z, exam.y[exam.some], test, exam.test_y, exam.numeric),
    }


def divergence(fitted: Fitted) -> float:
    """Returns the divergence of the latents of an unlabeled row, in nats, in the last epoch of the fit, else NaN."""

    if not len(fitted.history_):
        return float("nan")

    last = fitted.history_.iloc[-1]
    half = "unlabeled" if "unlabeled_bound" in last or "unlabeled_relaxed" in last else "labeled"
    found = [name for name in last.index if name.startswith(f"{half}_kl_") and not name.endswith("_y")]

    return float(last[found].sum()) if found else float("nan")
