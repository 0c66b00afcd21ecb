r"""Images that are decoded on a grid of latents, and rows that surprise a model.

The arguments are the same for all: images with shape (N, H, W), (N, H, W, C) or (N, C, H, W), the number of columns,
the names of the rows, and a title.
"""

from __future__ import annotations

__all__ = ["interpolations", "manifold", "surprising_images", "traversals"]

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.tiles import drawn, tiles_of


@figure("interpolations", needs="interpolations", file="interpolations")
def interpolations(images: NDArray[Any], columns: int, rows: Sequence[str] = (), title: str = "") -> Figure:
    """Draws images on lines and great circles between the latents of two rows."""

    return drawn(tiles_of(images), columns, rows, title)


@figure("manifold", needs="manifold", file="manifold")
def manifold(images: NDArray[Any], columns: int, rows: Sequence[str] = (), title: str = "") -> Figure:
    """Draws images on a plane through the latent, at even quantiles along two directions."""

    return drawn(tiles_of(images), columns, rows, title)


@figure("surprising_images", needs="surprising images", file="surprising")
def surprising_images(images: NDArray[Any], columns: int, rows: Sequence[str] = (), title: str = "") -> Figure:
    """Draws the images with the lowest density, each above its reconstruction."""

    return drawn(tiles_of(images), columns, rows, title)


@figure("traversals", needs="traversals", file="traversals")
def traversals(images: NDArray[Any], columns: int, rows: Sequence[str] = (), title: str = "") -> Figure:
    """Draws images along each of the widest units of the latent."""

    return drawn(tiles_of(images), columns, rows, title)
