r"""Images above their reconstructions."""

from __future__ import annotations

__all__ = ["image_pairs"]

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.tiles import drawn, pad, tiles_of


@figure("image_pairs", needs="rebuilt images", file="reconstructions")
def image_pairs(originals: NDArray[Any], rebuilt: NDArray[Any], columns: int = 10, title: str = "") -> Figure:
    r"""Draws images, each above its reconstruction.

    Arguments:
        originals: The images, with shape (N, H, W), (N, H, W, C) or (N, C, H, W).
        rebuilt: Their reconstructions, with the same shape.
        columns: How many stand in a row.
        title: What stands above.
    """

    columns = min(columns, len(originals))
    blocks = -(-len(originals) // columns)

    # In one call, so that both have the same black and white.
    halves = np.split(tiles_of(np.concatenate([originals, rebuilt])), 2)
    padded = [pad(half, blocks * columns).reshape(blocks, columns, *half.shape[1:]) for half in halves]
    tiles = np.stack(padded, axis=1)  # (blocks, 2, columns, H, W, C)

    return drawn(tiles.reshape(-1, *tiles.shape[3:]), columns, ["data", "rebuilt"] * blocks, title)
