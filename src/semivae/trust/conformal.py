r"""Conformal sets and intervals: they hold the truth of new rows as often as was asked for.

A score says how little a label suits a prediction: for a class :math:`1 - q(y \mid x)`, for a number
:math:`\lvert y - \mu(x) \rvert / \sigma(x)`. The scores of :math:`n` labels that a fit did not see give a threshold,
the score at the rank

.. math:: k = \lceil (n + 1) \cdot \text{coverage} \rceil

from below. A set holds each class, and an interval each number, with a score of at most the threshold. If labels and
new rows are exchangeable, and one model gives both scores, the truth is inside with at least this probability.

Here the scores of the labels come from the fits of a cross-validation, and the score of a new row from the model that
learned from all labels (cross-conformal prediction). This model is a little better than the folds, so that in practice
the coverage is close to nominal or a little above. The proven bound, :math:`1 - 2 (1 - \text{coverage})`, holds if the
models of all folds judge the new row, too.

The coverage is an average over rows, and over draws of the labels. It may be lower in one class; with a threshold for
each class it holds class by class, and also where the shares of the classes change. A set may be empty: no class suits
the row at this coverage.

References:
    | Least Ambiguous Set-Valued Classifiers with Bounded Error Levels (Sadinle et al., 2019)
    | https://arxiv.org/abs/1609.00451

    | Cross-conformal predictors (Vovk, 2015)
    | https://arxiv.org/abs/1208.0806

    | Predictive Inference with the Jackknife+ (Barber et al., 2021)
    | https://arxiv.org/abs/1905.02928
"""

from __future__ import annotations

__all__ = [
    "check_coverage",
    "class_scores",
    "intervals",
    "prediction_sets",
    "threshold",
    "value_scores",
]

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError, SettingError

Values = NDArray[np.float64]

# Beyond the rounding error of (n + 1) * coverage, which would raise the rank by one.
ROUNDING = 1e-9


def class_scores(probabilities: Values, y: NDArray[np.int64]) -> Values:
    r"""Returns the scores of labels, :math:`1 - q(y \mid x)`, with shape (M,).

    Arguments:
        probabilities: The probabilities of the classes, by fits that did not see the labels, with shape (M, C).
        y: The codes of the labels, with shape (M,).
    """

    return 1 - probabilities[np.arange(len(y)), y]


def value_scores(mean: Values, deviation: Values, y: Values) -> Values:
    r"""Returns the scores of values, :math:`\lvert y - \mu(x) \rvert / \sigma(x)`, with shape (M,).

    Arguments:
        mean: The predicted values, by fits that did not see them, with shape (M,).
        deviation: Their standard deviations, with shape (M,).
        y: The values, with shape (M,).
    """

    return np.abs(y - mean) / deviation


def threshold(scores: Values, coverage: float, where: str = "") -> float:
    r"""Returns the largest score that a set or an interval admits.

    Arguments:
        scores: The scores of labels that were held out, with shape (M,).
        coverage: The probability that the truth is inside.
        where: Added to the error: the class of the labels.

    Raises:
        SettingError: If the coverage is no probability.
        DataError: If there are too few labels for it.
    """

    check_coverage(coverage)
    count = len(scores)
    rank = max(1, math.ceil((count + 1) * coverage - ROUNDING))

    if rank > count:
        raise too_few(count, coverage, where)

    return float(np.partition(scores, rank - 1)[rank - 1])


def check_coverage(coverage: float) -> None:
    r"""Checks that a coverage is a probability.

    Raises:
        SettingError: If it is not.
    """

    if not 0 < coverage < 1:
        raise SettingError(f"coverage={coverage}", "it must be more than 0 and less than 1", "coverage=0.9")


def too_few(count: int, coverage: float, where: str) -> DataError:
    """Returns the error for a coverage that so many labels cannot give."""

    needed = math.ceil(coverage / (1 - coverage) - ROUNDING)
    # Rounded down, so that the fix is one.
    most = math.floor(100 * count / (count + 1)) / 100
    lower = f"coverage={most}, or " if most else ""

    return DataError(
        f"too few labels for {coverage:.4g} coverage{where}",
        f"{count} held-out labels allow at most {count}/{count + 1}",
        f"{lower}give at least {needed} labels{where}",
    )


def prediction_sets(
    probabilities: Values,
    scores: Values,
    y: NDArray[np.int64],
    coverage: float,
    by_class: bool = False,
    names: Sequence[Any] = (),
) -> NDArray[np.bool_]:
    r"""Returns whether each class is in the set of each row, with shape (N, C).

    Arguments:
        probabilities: The probabilities of the classes, with shape (N, C).
        scores: The scores of labels that were held out, with shape (M,).
        y: The codes of these labels, with shape (M,).
        coverage: The probability that the true class is in the set.
        by_class: Whether it holds in each class, by a threshold for each.
        names: The names of the classes for errors; their codes if not given.

    Raises:
        SettingError: If the coverage is no probability.
        DataError: If there are too few labels for it.
    """

    if not by_class:
        return 1 - probabilities <= threshold(scores, coverage)

    classes = range(probabilities.shape[1])
    found = [names[code] if len(names) else code for code in classes]
    limits = [threshold(scores[y == code], coverage, f" in the class {found[code]!r}") for code in classes]

    return 1 - probabilities <= np.array(limits)


def intervals(mean: Values, deviation: Values, scores: Values, coverage: float) -> Values:
    r"""Returns the ends of the interval of each row, with shape (N, 2).

    Arguments:
        mean: The predicted values, with shape (N,).
        deviation: Their standard deviations, with shape (N,).
        scores: The scores of values that were held out, with shape (M,).
        coverage: The probability that the true value is inside.

    Raises:
        SettingError: If the coverage is no probability.
        DataError: If there are too few values for it.
    """

    half = threshold(scores, coverage) * deviation

    return np.stack([mean - half, mean + half], axis=1)
