r"""The equally spaced levels that the pixels of images take."""

from __future__ import annotations

__all__ = ["levels_of"]

import numpy as np
from numpy.typing import NDArray

# Numbers of levels that scaled images have: scikit-learn's digits, and 8 bits.
SCALED = (17, 256)

# More levels are as good as continuous.
MOST = 2**16

# The share of a level by which a pixel may miss it, after rounding to single precision.
ROUNDING = 1e-3

# Pixels that are looked at together, so that little memory is needed.
CHUNK = 2**22


def levels_of(pixels: NDArray[np.generic], low: float, high: float) -> int | None:
    r"""Returns the number of equally spaced levels from the lowest to the highest value; None for continuous pixels.

    Arguments:
        pixels: The pixels of all images, in the units of the user.
        low: The value that maps to 0.
        high: The value that maps to 1.
    """

    # Whole numbers have the levels of their range, and fractions may be those of scaled images.
    whole = [round(high - low) + 1] if low == round(low) and high == round(high) else []

    return next(
        (count for count in (2, *whole, *SCALED) if count <= MOST and on_levels(pixels, low, high, count)), None
    )


def on_levels(pixels: NDArray[np.generic], low: float, high: float, levels: int) -> bool:
    """Whether all pixels are on equally spaced levels."""

    step = (high - low) / (levels - 1)

    # Whole numbers by their type need no look at each.
    if step == 1 and np.issubdtype(pixels.dtype, np.integer):
        return True

    flat = pixels.reshape(-1)

    for start in range(0, len(flat), CHUNK):
        places = (flat[start : start + CHUNK].astype(np.float64) - low) / step

        if np.abs(places - np.rint(places)).max() > ROUNDING:
            return False

    return True
