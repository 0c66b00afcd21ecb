r"""Pixels of 0 or 1 from grey levels, as the literature does it for images of handwriting.

- "threshold": a pixel is 1 from 0.5 on.
- "static": each image is drawn once, with its grey levels as probabilities. The draw is given by the image alone: its
  random numbers are a hash of its pixels. So an image has the same pixels at each call, in each fit and in any batch,
  and scores of models can be compared. Salakhutdinov and Murray drew MNIST once, too, and so did most since.
- "stochastic": each training step draws anew (by the loader); rows that are held out, predicted or scored have the
  static draw.

References:
    | On the Quantitative Analysis of Deep Belief Networks (Salakhutdinov and Murray, 2008)
    | https://doi.org/10.1145/1390156.1390266
"""

from __future__ import annotations

__all__ = ["binarized"]

import hashlib

import numpy as np
from numpy.typing import NDArray

from semivae.data.codecs.base import Values


def binarized(values: Values, binarize: str) -> Values:
    r"""Returns pixels of 0 or 1, float32.

    Arguments:
        values: Grey levels in [0, 1], float32, with shape (N, *).
        binarize: "threshold", "static" or "stochastic"; nothing to leave the levels as they are.
    """

    if not binarize:
        return values

    if binarize == "threshold":
        return (values >= 0.5).astype(np.float32)

    pixels = np.empty_like(values)

    for row, drawn in zip(values, pixels, strict=True):
        drawn[...] = uniform(row) < row

    return pixels


def uniform(row: Values) -> NDArray[np.float64]:
    """Returns numbers in [0, 1) that are random, yet the same for the same image, with the shape of the image."""

    bits = hashlib.shake_128(row.tobytes()).digest(4 * row.size)

    return (np.frombuffer(bits, dtype="<u4") * 2.0**-32).reshape(row.shape)
