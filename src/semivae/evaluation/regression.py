r"""Metrics of predicted values and their intervals."""

from __future__ import annotations

__all__ = ["NOMINAL", "regression"]

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import r2_score, root_mean_squared_error

from semivae.evaluation.registry import measure, metric

# The probability that a model gives to the intervals that are measured.
NOMINAL = 0.9

Values = NDArray[np.float64]


def regression(y: Values, mean: Values, low: Values, high: Values) -> dict[str, float]:
    r"""Returns every metric of predicted values, by name.

    Arguments:
        y: The true values, with shape (N,).
        mean: The predicted values, with shape (N,).
        low: The lower ends of 90% intervals, with shape (N,).
        high: The upper ends of 90% intervals, with shape (N,).
    """

    return measure("numbers", y, mean, low, high)


@metric("rmse", "numbers", "lower", "root of the mean squared error, in the unit of the target")
def rmse(y: Values, mean: Values, low: Values, high: Values) -> float:
    """Returns the root mean squared error."""

    return root_mean_squared_error(y, mean)


@metric("r2", "numbers", "higher", "share of the variance that is predicted", rows=2)
def r2(y: Values, mean: Values, low: Values, high: Values) -> float:
    """Returns the coefficient of determination."""

    return float(r2_score(y, mean))


@metric("coverage", "numbers", NOMINAL, "share of the 90% intervals that hold the true value")
def coverage(y: Values, mean: Values, low: Values, high: Values) -> float:
    """Returns the coverage of the intervals."""

    return ((low <= y) & (y <= high)).mean()
