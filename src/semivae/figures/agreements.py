r"""The cells of a table beside their reconstructions."""

from __future__ import annotations

__all__ = ["agreements"]

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from semivae.figures.panels import BARS, Cells, name_bars, panels_of, say_missing, title_of
from semivae.figures.registry import figure
from semivae.figures.style import COLORS, GRAY


@figure("agreements", needs="rebuilt cells", file="reconstructions")
def agreements(observed: Cells, rebuilt: Cells, names: Sequence[str], classes: Sequence[Sequence[str]]) -> Figure:
    r"""Draws how well each cell of a table is rebuilt: numbers pairwise, and the share of each class that is kept.

    Arguments:
        observed: The cells, with shape (N, P): numbers, or codes of classes; NaN where missing.
        rebuilt: The same cells as a model rebuilds them, with shape (N, P).
        names: The names of the columns.
        classes: The names of the classes of each column; empty for numbers.
    """

    figure, panels = panels_of(names)

    for i, axes in panels:
        known = ~np.isnan(observed[:, i]) & ~np.isnan(rebuilt[:, i])

        if classes[i]:
            draw_kept(axes, observed[known, i].astype(int), rebuilt[known, i].astype(int), classes[i])
        else:
            draw_pairs(axes, observed[known, i], rebuilt[known, i])

    figure.suptitle(
        "numbers: observed (across) and rebuilt (up); classes: the share that is rebuilt as itself"
        + (f"; {title_of(names)}" if title_of(names) else ""),
        fontsize=8,
        x=0.01,
        ha="left",
    )

    return figure


def draw_pairs(axes: Axes, observed: Cells, rebuilt: Cells) -> None:
    """Draws numbers against what they are rebuilt as, and where the two are the same."""

    if len(observed) == 0:
        return say_missing(axes)

    axes.scatter(observed, rebuilt, s=4, color=COLORS[0], alpha=0.5, linewidths=0)
    axes.axline((observed[0], observed[0]), slope=1, color=GRAY, linewidth=1, zorder=0)
    axes.yaxis.set_major_locator(MaxNLocator(3))

    return None


def draw_kept(axes: Axes, observed: NDArray[np.int64], rebuilt: NDArray[np.int64], classes: Sequence[str]) -> None:
    """Draws the share of each class that is rebuilt as itself, the most frequent first."""

    counts = np.bincount(observed, minlength=len(classes))
    kept = np.bincount(observed[observed == rebuilt], minlength=len(classes)) / np.maximum(counts, 1)
    order = np.argsort(-counts, kind="stable")[:BARS]

    axes.barh(np.arange(len(order)), kept[order], height=0.7, color=COLORS[0])
    axes.set_xlim(0, 1)
    name_bars(axes, order, classes)
