r"""Grids of images."""

from __future__ import annotations

__all__ = ["image_grid", "image_pairs"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.style import canvas

CELL = 0.55  # inches
CHANNELS = (1, 3, 4)


def image_grid(images: NDArray[Any], columns: int, rows: Sequence[str] = (), title: str = "") -> Figure:
    r"""Draws images, row by row.

    Arguments:
        images: The images, with shape (N, H, W), (N, H, W, C) or (N, C, H, W).
        columns: How many stand in a row.
        rows: The names of the rows.
        title: What stands above.
    """

    return drawn(tiles_of(images), columns, rows, title)


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
