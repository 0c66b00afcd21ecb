r"""Panels, one for each column of a table."""

from __future__ import annotations

__all__ = ["BARS", "Cells", "name_bars", "panels_of", "say_missing", "shortened", "title_of"]

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from semivae.figures.style import canvas, plain

Cells = NDArray[np.float64]

MOST = 12  # columns
ACROSS = 4  # panels side by side
BARS = 8  # classes of a category
LETTERS = 14  # of the name of a class


def panels_of(names: Sequence[str]) -> tuple[Figure, list[tuple[int, Axes]]]:
    """Returns a figure with one panel for each of the first columns, and the panels with the position of the column."""

    count = min(MOST, len(names))
    across = min(ACROSS, count)
    down = -(-count // across)
    figure = canvas(max(2.4 * across, 4.8), 1.9 * down + 0.4)
    panels = [(i, figure.add_subplot(down, across, i + 1)) for i in range(count)]

    for i, axes in panels:
        axes.set_title(shortened(names[i], 28), fontsize=8, loc="left")
        axes.xaxis.set_major_locator(MaxNLocator(3))
        plain(axes, grid=False)
        axes.tick_params(axis="y", labelsize=6.5, length=0)

    return figure, panels


def title_of(names: Sequence[str]) -> str | None:
    """Returns a title if some columns are not shown."""

    return f"first {MOST} of {len(names)} columns" if len(names) > MOST else None


def say_missing(axes: Axes) -> None:
    """Says that a column holds nothing to draw."""

    axes.text(0.5, 0.5, "all missing", fontsize=8, ha="center", transform=axes.transAxes)
    axes.set_xticks([])
    axes.set_yticks([])


def name_bars(axes: Axes, order: NDArray[np.int64], classes: Sequence[str]) -> None:
    """Names the bars of classes."""

    axes.set_ylim(max(len(order), 2) - 0.4, -0.6)
    axes.set_yticks(np.arange(len(order)), [shortened(classes[code], LETTERS) for code in map(int, order)])
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def shortened(text: str, most: int) -> str:
    """Returns a text that is not too long."""

    return text if len(text) <= most else f"{text[: most - 3]}..."
