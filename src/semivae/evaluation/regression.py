r"""How good predicted values and their intervals are."""

from __future__ import annotations

__all__ = ["regression"]

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import r2_score, root_mean_squared_error


def regression(
    y: NDArray[np.float64], mean: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> dict[str, float]:
    r"""Returns the root mean squared error, :math:`R^2` and the coverage of the intervals.

    Arguments:
        y: The true values, with shape (N,).
        mean: The predicted values, with shape (N,).
        low: The lower ends of the intervals, with shape (N,).
        high: The upper ends of the intervals, with shape (N,).
    """

    return {
        "rmse": float(root_mean_squared_error(y, mean)),
        "r2": float(r2_score(y, mean)),
        "coverage": float(((low <= y) & (y <= high)).mean()),
    }
