r"""Maps made of straight pieces."""

from __future__ import annotations

__all__ = ["straight"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def straight(
    values: NDArray[np.float64],
    start: Sequence[float] | NDArray[np.float64],
    end: Sequence[float] | NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Maps values by straight pieces between knots; the first and the last piece go on.

    Arguments:
        values: The values, with shape (*); NaN stays.
        start: The knots, rising.
        end: The knots after the map, rising.

    Returns:
        The mapped values and the slopes there, each with shape (*).
    """

    x, y = np.asarray(start), np.asarray(end)
    place = (np.searchsorted(x, values, side="right") - 1).clip(0, len(x) - 2)
    slope = (np.diff(y) / np.diff(x))[place]

    return y[place] + slope * (values - x[place]), slope
