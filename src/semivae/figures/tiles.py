r"""Images as tiles of one picture."""

from __future__ import annotations

__all__ = ["drawn", "mosaic", "pad", "tiles_of"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.style import canvas

CELL = 0.55  # inches
CHANNELS = (1, 3, 4)


def tiles_of(images: NDArray[Any]) -> NDArray[np.float64]:
    """Returns images with values in [0, 1], with shape (N, H, W, C)."""

    tiles = np.asarray(images, dtype=np.float64)

    if tiles.ndim == 3:
        tiles = tiles[..., None]
    elif tiles.shape[-1] not in CHANNELS:
        tiles = np.moveaxis(tiles, 1, -1)

    low = min(tiles.min(), 0.0)
    high = max(tiles.max(), low + 1e-12)

    # Photographs keep their brightness: bytes are not stretched.
    high = 255.0 if images.dtype == np.uint8 and high > 1 else high

    return (tiles - low) / (high - low)


def pad(tiles: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Returns so many tiles, white ones at the end, with shape (count, H, W, C)."""

    return np.concatenate([tiles, np.ones((count - len(tiles), *tiles.shape[1:]))])


def drawn(tiles: NDArray[np.float64], columns: int, rows: Sequence[str], title: str) -> Figure:
    """Draws tiles as one picture."""

    down = -(-len(tiles) // columns)
    picture = mosaic(pad(tiles, down * columns), columns)
    ratio = picture.shape[0] / picture.shape[1]
    width = CELL * columns
    figure = canvas(width + 0.1 + 0.08 * max(map(len, rows), default=0), width * ratio + (0.4 if title else 0.1))
    axes = figure.add_subplot()

    if picture.shape[2] == 1:
        axes.imshow(picture[..., 0], cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    else:
        axes.imshow(picture, interpolation="nearest")

    step = picture.shape[0] / down
    axes.set_xticks([])
    axes.set_yticks([step * (i + 0.5) - 0.5 for i in range(len(rows))], rows, fontsize=8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title, fontsize=9, loc="left")

    return figure


def mosaic(tiles: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    """Returns tiles as one picture with white lines between them, with shape (rows * H', columns * W', C)."""

    gap = max(1, tiles.shape[1] // 14)
    framed = np.pad(tiles, ((0, 0), (0, gap), (0, gap), (0, 0)), constant_values=1.0)
    count, height, width, channels = framed.shape
    grid = framed.reshape(count // columns, columns, height, width, channels)

    return grid.swapaxes(1, 2).reshape(-1, columns * width, channels)
