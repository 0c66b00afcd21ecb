r"""The generator half of the scorecard: reconstructions, samples and density."""

from __future__ import annotations

__all__ = ["generator", "of_samples", "rebuilt_share"]

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from semivae.errors import DataError
from semivae.evaluation.evidence import evidence
from semivae.evaluation.exam import Exam
from semivae.evaluation.frechet import frechet_floor
from semivae.evaluation.reconstruction import rebuilt
from semivae.evaluation.registry import measure
from semivae.evaluation.samples import nearest, total_variance_ratio
from semivae.fitted import Classifier, Fitted, Regressor, has_density

Values = NDArray[np.float64]
Half = dict[str, Any]

# The density costs a pass for every draw and class.
DENSITY = 1_000


def generator(fitted: Fitted, exam: Exam) -> Half:
    """Returns the metrics of reconstructions, of samples, and of the density."""

    density = exam.drawn(_num_samples(exam.test), DENSITY)
    scores = fitted.score_samples(_safe_indexing(exam.test, density)) if has_density(fitted) else np.array([np.nan])

    return {**rebuilt_share(fitted, exam), **of_samples(fitted, exam), **evidence(scores)}


def rebuilt_share(fitted: Fitted, exam: Exam) -> Half:
    """Returns the metrics of reconstructions."""

    decoded = exam.numbers(rebuilt(fitted, exam.test))
    found = measure("reconstruction", exam.held_out, decoded)

    if not exam.schema.image:
        return found

    images = (part.reshape(-1, *exam.schema.x[0].shape) for part in (exam.held_out, decoded))

    return found | measure("images", *images)


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
        **({} if exam.schema.single else measure("columns", rows, drawn, exam.numbers.columns)),
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

    rows, classes, judged = exam.held_out[exam.shown], exam.test_y[exam.shown], exam.judge.predict(drawn)
    found = {
        "judge": exam.judge.name,
        "judge_accuracy": exam.judge.accuracy,
        **measure("modes", classes, judged),
        **of_network(exam, rows, drawn),
    }

    if asked is None:
        return {**found, "asked_class": float("nan"), "variance_ratio": float("nan")}

    return {
        **found,
        **measure("asked", asked, judged),
        **measure("variety", rows, classes, means, asked),
    }


def of_network(exam: Exam, rows: Values, drawn: Values) -> Half:
    """Returns the metrics of samples by features and probabilities of the network; none where labels are numbers."""

    network = exam.network

    if network is None:
        return {}

    features = [network.features(part) for part in (rows, drawn)]

    try:
        floor = frechet_floor(features[0], len(drawn))
    except DataError:
        floor = float("nan")

    return {
        "network": network.name,
        "network_accuracy": network.accuracy,
        **measure("features", *features),
        "frechet_floor": floor,
        **measure("judged", network.probabilities(drawn)),
    }
