r"""The measures of a model on the labels that its fit held out, with its calibration."""

from __future__ import annotations

__all__ = ["Coverage", "HeldMeasures", "held_measures"]

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from semivae.fitted import Fitted
    from semivae.workflows.measures import Details, Metrics

COVERAGES = (0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Coverage:
    r"""The sets or intervals of one coverage.

    Attributes:
        asked: The coverage that was asked for.
        held: The share of held-out labels inside, each judged by the others.
        size: The mean number of classes in a set, or the mean width of an interval.
    """

    asked: float
    held: float
    size: float


@dataclass(frozen=True)
class HeldMeasures:
    r"""The measures of a model on its held-out labels.

    Attributes:
        labels: The number of labels.
        metrics: The metrics by name; most know a 95 % interval.
        details: The predictions class by class, if labels are classes.
        coverages: The sets or intervals.
    """

    labels: int
    metrics: Metrics
    details: Details | None
    coverages: list[Coverage] = field(default_factory=list)


def held_measures(fitted: Fitted) -> HeldMeasures | None:
    """Measures a model on the labels that its fit held out; None if it held none out, or has several targets."""

    from semivae.estimators.readout import calibrated
    from semivae.evaluation import classification, regression
    from semivae.evaluation.regression import NOMINAL, gaussian_interval
    from semivae.fitted import Classifier, Regressor
    from semivae.workflows.measures import detailed

    held = getattr(fitted, "held_out_", None)

    if held is None or not isinstance(fitted, Classifier | Regressor):
        return None

    beliefs, truth = calibrated(fitted, held), held.truth

    if not isinstance(fitted, Classifier):
        mean, deviation = beliefs.T
        low, high = gaussian_interval(mean, deviation, NOMINAL).T
        metrics = regression(truth, mean, low, high, deviation)

        return HeldMeasures(len(truth), metrics, None, of_values(mean, deviation, truth))

    codes = truth.astype(int)
    metrics = classification(fitted.classes_[codes], beliefs, fitted.classes_)

    return HeldMeasures(len(codes), metrics, detailed(fitted, beliefs, codes), of_classes(beliefs, codes))


def of_classes(beliefs: Any, codes: Any) -> list[Coverage]:
    """Returns the coverage of sets, where each label is judged by the threshold of all others."""

    from semivae.trust.conformal import class_scores

    return coverages(class_scores(beliefs, codes), lambda limit: float((1 - beliefs <= limit).sum(axis=1).mean()))


def of_values(mean: Any, deviation: Any, truth: Any) -> list[Coverage]:
    """Returns the coverage of intervals, where each value is judged by the threshold of all others."""

    from semivae.trust.conformal import value_scores

    return coverages(value_scores(mean, deviation, truth), lambda limit: float(2 * limit * deviation.mean()))


def coverages(scores: Any, size: Any) -> list[Coverage]:
    """Returns the coverages that there are enough labels for."""

    from semivae.errors import DataError
    from semivae.trust.conformal import threshold

    found = []

    for asked in COVERAGES:
        try:
            limit = threshold(scores, asked)
            others = [threshold(np.delete(scores, i), asked) for i in range(len(scores))]
        except DataError:
            continue

        found.append(Coverage(asked, float((scores <= np.array(others)).mean()), size(limit)))

    return found
