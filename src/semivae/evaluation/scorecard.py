r"""The scorecard of a fitted estimator: its label half, its generator half and its latent half, as one flat dictionary.

Every number is about held-out rows or samples. Numbers that an estimator does not have are NaN: a model without a
target has no accuracy, and a target that is a number has no class to ask for.
"""

from __future__ import annotations

__all__ = ["scorecard"]

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

from semivae.evaluation.classification import classification
from semivae.evaluation.evidence import evidence
from semivae.evaluation.exam import Exam
from semivae.evaluation.reconstruction import explained_variance, pca_explained, principal, rebuilt
from semivae.evaluation.registry import measure
from semivae.evaluation.regression import regression
from semivae.evaluation.samples import nearest, total_variance_ratio
from semivae.evaluation.space import linear_probe, neighbor_probe
from semivae.fitted import Classifier, Fitted, Regressor, has_density

Values = NDArray[np.float64]
Half = dict[str, Any]

# The density costs a pass for every draw and class.
DENSITY = 1_000


def scorecard(fitted: Fitted, exam: Exam) -> Half:
    r"""Returns the scorecard of a fitted estimator.

    Arguments:
        fitted: The estimator.
        exam: The rows.

    Returns:
        Numbers by name, and the name of the judge. The registry of metrics describes most; beside them are

        - `pca_explained`, `pca_linear_probe`: the same of as many principal components as there are latents;
        - `total_variance_ratio`: the variance of all decoder means over that of all rows;
        - `nearest_of_samples`, `nearest_of_rows`: the median distance to the nearest training row;
        - `linear_probe`, `neighbor_probe`: the score of plain methods on the latent, with all labels of the training
          rows, and with the given labels alone in `..._given`;
        - `latents`: the size of the latent; `kl`: the divergences of all latents but the label, in nats a row, at the
          end of the fit, if they were logged.
    """

    return {**labels(fitted, exam), **generator(fitted, exam), **latent(fitted, exam)}


def labels(fitted: Fitted, exam: Exam) -> Half:
    """Returns the metrics of predictions; none without a target."""

    if isinstance(fitted, Classifier):
        return classification(exam.test_y, fitted.predict_proba(exam.test), fitted.classes_)

    if isinstance(fitted, Regressor):
        return regression(exam.test_y, fitted.predict(exam.test), *fitted.predict_interval(exam.test))

    return {}


def generator(fitted: Fitted, exam: Exam) -> Half:
    """Returns the metrics of reconstructions, of samples, and of the density."""

    explained = explained_variance(exam.held_out, exam.numbers(rebuilt(fitted, exam.test)))
    density = exam.drawn(len(exam.test), DENSITY)
    scores = fitted.score_samples(_safe_indexing(exam.test, density)) if has_density(fitted) else np.array([np.nan])

    return {"explained_variance": explained, **of_samples(fitted, exam), **evidence(scores)}


def of_samples(fitted: Fitted, exam: Exam) -> Half:
    """Returns the metrics of one sample for each shown row, asked for by its label where that is possible."""

    asked = exam.test_y[exam.shown] if isinstance(fitted, Classifier | Regressor) else None
    drawn, means = (
        exam.numbers(fitted.sample(len(exam.shown), asked, random_state=exam.seed, noise=noise))
        for noise in ("auto", False)
    )
    rows, train = exam.held_out[exam.shown], exam.learned[exam.some]
    filled = [np.nan_to_num(part) for part in (drawn, rows, train)]

    return {
        **measure("samples", exam.features(rows), exam.features(drawn)),
        **measure("novelty", *filled),
        "nearest_of_samples": nearest(filled[0], filled[2]),
        "nearest_of_rows": nearest(filled[1], filled[2]),
        "total_variance_ratio": total_variance_ratio(rows, means),
        **of_classes(exam, drawn, means, asked),
    }


def of_classes(exam: Exam, drawn: Values, means: Values, asked: NDArray[Any] | None) -> Half:
    """Returns the metrics of samples of asked classes, with the judge; none where labels are numbers."""

    if exam.judge is None:
        return {}

    found = {"judge": exam.judge.name, "judge_accuracy": exam.judge.accuracy}

    if asked is None:
        return {**found, "asked_class": float("nan"), "variance_ratio": float("nan")}

    rows, classes = exam.held_out[exam.shown], exam.test_y[exam.shown]

    return {
        **found,
        **measure("asked", asked, exam.judge.predict(drawn)),
        **measure("variety", rows, classes, means, asked),
    }


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
        **measure("prior", posterior, prior),
        "kl": divergence(fitted),
        **components(exam, mean.shape[1]),
    }


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
