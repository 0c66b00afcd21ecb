r"""The path of a search through the latent, with the designs that it found."""

from __future__ import annotations

__all__ = ["better", "latent_search"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.style import COLORS, canvas, plain
from semivae.figures.tiles import mosaic, pad, tiles_of

Values = NDArray[np.float64]

LEVELS = 12
COLUMNS = 4  # of decoded designs
NEAR = 0.08  # of the path: closer numbers would lie on each other


@figure("latent_search", needs="search", file="search")
def latent_search(
    path: Values,
    scores: Values,
    grid: tuple[Values, Values] | None = None,
    objective: Values | None = None,
    designs: NDArray[Any] | None = None,
    names: Sequence[str] = ("latent 1", "latent 2"),
    title: str = "",
) -> Figure:
    r"""Draws a search in a plane of the latent: contours of the objective, the path, and the decoded designs.

    Arguments:
        path: The designs in the order of their evaluation, with shape (N, 2).
        scores: Their scores, higher is better, with shape (N,).
        grid: The coordinates along both axes, with shapes (W,) and (H,).
        objective: The scores of the points of the grid, with shape (H, W).
        designs: Images of each design that was better than all before, in their order.
        names: The names of the axes.
        title: The title.
    """

    figure = canvas(8.6 if designs is not None else 5.6, 4.4)
    parts = figure.subplots(1, 2, width_ratios=(1.5, 1)) if designs is not None else [figure.add_subplot()]
    axes = parts[0]

    if grid is not None and objective is not None:
        areas = axes.contourf(*grid, objective, levels=LEVELS, cmap="Greys", alpha=0.55)
        bar = figure.colorbar(areas, ax=axes, shrink=0.9)
        bar.set_label("objective", fontsize=8)
        bar.ax.tick_params(labelsize=7)

    draw_path(axes, path, scores)
    axes.set_xlabel(names[0], fontsize=9)
    axes.set_ylabel(names[1], fontsize=9)
    axes.set_title(title, fontsize=10, loc="left")
    plain(axes, grid=False)

    if designs is not None:
        draw_designs(parts[1], designs, np.flatnonzero(better(scores)) + 1)

    return figure


def better(scores: Values) -> NDArray[np.bool_]:
    """Marks the designs that are better than all before, with shape (N,)."""

    return np.diff(np.fmax.accumulate(scores), prepend=-np.inf) > 0


def draw_path(axes: Axes, path: Values, scores: Values) -> None:
    """Draws the designs, numbered where they are the best so far, and the way from one of those to the next."""

    best = np.flatnonzero(better(scores))
    axes.scatter(*path.T, s=14, color=COLORS[0], linewidths=0.4, edgecolors="white", label="designs", zorder=3)
    axes.plot(
        *path[best].T,
        color=COLORS[1],
        linewidth=1.2,
        marker="s",
        markersize=4,
        markeredgecolor="white",
        markeredgewidth=0.4,
        label="best so far",
        zorder=4,
    )
    axes.plot(
        *path[best[-1:]].T,
        color=COLORS[1],
        marker="*",
        markersize=14,
        markeredgecolor="black",
        linewidth=0,
        label="best",
        zorder=5,
    )

    for number in best[apart(path[best])]:
        x, y = path[number]
        axes.annotate(str(number + 1), (x, y), (4, 4), textcoords="offset points", fontsize=7, zorder=6)

    axes.legend(fontsize=7, loc="best", framealpha=0.85, edgecolor="none")


def apart(points: Values) -> list[int]:
    """Returns the positions of points that are far enough from each other for a number beside each, the last first."""

    reach = np.maximum(np.ptp(points, axis=0), np.finfo(float).tiny)
    kept: list[int] = []

    for i in reversed(range(len(points))):
        if all((np.abs(points[i] - points[j]) / reach).max() > NEAR for j in kept):
            kept.append(i)

    return kept


def draw_designs(axes: Axes, designs: NDArray[Any], numbers: NDArray[np.int64]) -> None:
    """Draws images of the designs that were the best so far, with their numbers."""

    tiles = tiles_of(designs)
    down = -(-len(tiles) // COLUMNS)
    picture = mosaic(pad(tiles, down * COLUMNS), COLUMNS)
    axes.imshow(picture.squeeze(-1) if picture.shape[-1] == 1 else picture, cmap="gray", vmin=0, vmax=1)
    height, width = picture.shape[0] / down, picture.shape[1] / COLUMNS

    for i, number in enumerate(numbers[: len(tiles)]):
        place = ((i % COLUMNS) * width, (i // COLUMNS) * height)
        box = {"facecolor": COLORS[1], "pad": 1.0, "linewidth": 0}
        axes.text(*place, str(number), fontsize=6, va="top", color="white", bbox=box)

    axes.set_title("the best so far, by evaluation", fontsize=9, loc="left")
    axes.set_axis_off()
