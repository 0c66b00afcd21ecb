r"""How the columns of tables are distributed, side by side."""

from __future__ import annotations

__all__ = ["distributions"]

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from semivae.figures.style import COLORS, GRAY, canvas, plain

Cells = NDArray[np.float64]

MOST = 12  # columns
ACROSS = 4  # panels side by side
BARS = 8  # classes of a category
BINS = 30
LETTERS = 14  # of the name of a class


def distributions(
    observed: Cells, made: Cells, names: Sequence[str], classes: Sequence[Sequence[str]], made_name: str
) -> Figure:
    r"""Draws each column of a table, as observed and as a model has it.

    Arguments:
        observed: The cells, with shape (N, P): numbers, or codes of classes; NaN where missing.
        made: The cells that a model made, with shape (M, P).
        names: The names of the columns.
        classes: The names of the classes of each column; empty for numbers.
        made_name: What the cells of the model are called.
    """

    count = min(MOST, len(names))
    across = min(ACROSS, count)
    down = -(-count // across)
    figure = canvas(2.4 * across, 1.9 * down + 0.4)

    for i in range(count):
        axes = figure.add_subplot(down, across, i + 1)
        pair = [cells[~np.isnan(cells)] for cells in (observed[:, i], made[:, i])]

        if classes[i]:
            draw_shares(axes, pair[0], pair[1], classes[i])
        else:
            draw_densities(axes, pair[0], pair[1])

        axes.set_title(shortened(names[i], 28), fontsize=8, loc="left")
        axes.xaxis.set_major_locator(MaxNLocator(3))
        plain(axes, grid=False)
        axes.tick_params(axis="y", labelsize=6.5, length=0)

    keys = [Patch(color=GRAY, label="observed"), Patch(color=COLORS[0], label=made_name)]
    title = f"first {MOST} of {len(names)} columns" if len(names) > MOST else None
    figure.legend(handles=keys, title=title, loc="outside upper left", ncols=2, fontsize=8, frameon=False)

    return figure


def draw_densities(axes: Axes, observed: Cells, made: Cells) -> None:
    """Draws the distribution of numbers."""

    axes.set_yticks([])

    if len(observed) == 0:
        axes.text(0.5, 0.5, "all missing", fontsize=8, ha="center", transform=axes.transAxes)
        axes.set_xticks([])

        return

    edges = edges_of(observed)

    shares = [np.histogram(cells, edges)[0] / max(len(cells), 1) for cells in (observed, made)]

    axes.stairs(shares[0], edges, fill=True, color=GRAY)
    axes.stairs(shares[1], edges, color=COLORS[0], linewidth=1.4)


def edges_of(observed: Cells) -> Cells:
    """Returns the edges of bins; whole numbers are never split between them."""

    # The tails of what was observed would leave the rest in a single bin.
    low, high = np.quantile(observed, [0.005, 0.995])
    margin = 0.1 * ((high - low) or max(abs(high), 1.0))
    low, high = low - margin, high + margin

    if (observed % 1 != 0).any():
        return np.linspace(low, high, BINS + 1)

    width = np.ceil((high - low) / BINS)

    return np.arange(np.floor(low) - 0.5, high + width, width)


def draw_shares(axes: Axes, observed: Cells, made: Cells, classes: Sequence[str]) -> None:
    """Draws the share of each class, the most frequent first."""

    shares = [np.bincount(cells.astype(int), minlength=len(classes)) / max(len(cells), 1) for cells in (observed, made)]
    order = np.argsort(-shares[0], kind="stable")[:BARS]
    rows = np.arange(len(order))

    axes.barh(rows - 0.2, shares[0][order], height=0.38, color=GRAY)
    axes.barh(rows + 0.2, shares[1][order], height=0.38, color=COLORS[0])
    axes.set_ylim(max(len(order), 2) - 0.4, -0.6)

    axes.set_yticks(rows, [shortened(classes[code], LETTERS) for code in map(int, order)])
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def shortened(text: str, most: int) -> str:
    """Returns a text that is not too long."""

    return text if len(text) <= most else f"{text[: most - 3]}..."
