r"""Images in a grid."""

from __future__ import annotations

__all__ = ["image_grid"]

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.tiles import drawn, tiles_of


@figure("image_grid", needs="new images", file="samples")
@figure(
    "interpolations",
    needs="interpolations",
    file="interpolations",
    shows="images on lines and great circles between the latents of two rows",
)
@figure(
    "manifold",
    needs="manifold",
    file="manifold",
    shows="images on a plane through the latent, at even quantiles along two directions",
)
@figure(
    "repaired",
    needs="repaired images",
    file="repaired",
    shows="images, with noise and without their lower half, each above its repair",
)
@figure(
    "surprising_images",
    needs="surprising images",
    file="surprising",
    shows="the images with the lowest density, each above its reconstruction",
)
@figure(
    "traversals",
    needs="traversals",
    file="traversals",
    shows="images along each of the widest units of the latent",
)
def image_grid(images: NDArray[Any], columns: int, rows: Sequence[str] = (), title: str = "") -> Figure:
    r"""Draws images, row by row.

    Arguments:
        images: The images, with shape (N, H, W), (N, H, W, C) or (N, C, H, W).
        columns: How many stand in a row.
        rows: The names of the rows.
        title: What stands above.
    """

    return drawn(tiles_of(images), columns, rows, title)
