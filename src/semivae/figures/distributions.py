r"""The distribution of each column of a table: of the data, and of new rows."""

from __future__ import annotations

__all__ = ["distributions"]

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from semivae.figures.panels import BARS, Cells, name_bars, panels_of, say_missing, shortened, title_of
from semivae.figures.registry import figure
from semivae.figures.style import COLORS, GRAY, STYLES

BINS = 30


@figure("distributions", needs="new cells", file="samples")
def distributions(
    observed: Cells, made: Mapping[str, Cells], names: Sequence[str], classes: Sequence[Sequence[str]]
) -> Figure:
    r"""Draws each column of a table, as observed and as a model makes it.

    Arguments:
        observed: The cells, with shape (N, P): numbers, or codes of classes; NaN where missing.
        made: The cells that a model made, each with shape (M, P), by what they are called.
        names: The names of the columns.
        classes: The names of the classes of each column; empty for numbers.
    """

    figure, panels = panels_of(names)

    for i, axes in panels:
        parts = [cells[~np.isnan(cells[:, i]), i] for cells in (observed, *made.values())]

        if classes[i]:
            draw_shares(axes, parts, classes[i])
        else:
            draw_densities(axes, parts)

    keys = [Patch(color=GRAY, label="observed")]
    keys += [Patch(color=COLORS[i % len(COLORS)], label=shortened(name, 28)) for i, name in enumerate(made)]
    figure.legend(handles=keys, title=title_of(names), loc="outside upper left", ncols=4, fontsize=8, frameon=False)

    return figure


def draw_densities(axes: Axes, parts: Sequence[Cells]) -> None:
    """Draws the distribution of numbers: as a gray area the first, as lines the others."""

    if len(parts[0]) == 0:
        return say_missing(axes)

    axes.set_yticks([])
    edges = edges_of(parts[0])
    shares = [np.histogram(cells, edges)[0] / max(len(cells), 1) for cells in parts]

    axes.stairs(shares[0], edges, fill=True, color=GRAY)

    for i, share in enumerate(shares[1:]):
        axes.stairs(share, edges, color=COLORS[i % len(COLORS)], linestyle=STYLES[i % len(STYLES)], linewidth=1.4)

    return None


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


def draw_shares(axes: Axes, parts: Sequence[Cells], classes: Sequence[str]) -> None:
    """Draws the share of each class, the most frequent first."""

    shares = [np.bincount(cells.astype(int), minlength=len(classes)) / max(len(cells), 1) for cells in parts]
    order = np.argsort(-shares[0], kind="stable")[:BARS]
    height = 0.8 / len(parts)

    for i, (share, color) in enumerate(zip(shares, (GRAY, *COLORS), strict=False)):
        offset = (i - (len(parts) - 1) / 2) * height
        axes.barh(np.arange(len(order)) + offset, share[order], height=0.95 * height, color=color)

    name_bars(axes, order, classes)
