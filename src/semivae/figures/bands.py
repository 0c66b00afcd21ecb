r"""Curves of several fits, as a line and a band."""

from __future__ import annotations

__all__ = ["seed_bands"]

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.style import COLORS, STYLES, canvas, plain

# The percentiles of a band, with the line between them.
BAND = (10, 50, 90)

ACROSS = 3  # panels side by side


@figure("seed_bands", needs="draws", file="bands")
def seed_bands(curves: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> Figure:
    r"""Draws the median of several fits over the epochs, in a band that holds the middle 80 % of them.

    Arguments:
        curves: The curves of each panel by the names of their lines, each with shape (fits, epochs); NaN in epochs
            that a fit did not reach, or did not measure.
    """

    across = min(ACROSS, len(curves))
    down = -(-len(curves) // across)
    figure = canvas(3.6 * across, 2.9 * down + 0.3)
    names = list(dict.fromkeys(name for lines in curves.values() for name in lines))

    for position, (title, lines) in enumerate(curves.items()):
        axes = figure.add_subplot(down, across, position + 1)

        for name, values in lines.items():
            draw_band(axes, values, name, names.index(name))

        axes.set_title(title, fontsize=9, loc="left")
        axes.set_xlabel("epoch", fontsize=8)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes.margins(x=0.02)
        plain(axes)

    counts = {len(values) for lines in curves.values() for values in lines.values()}
    fits = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    figure.suptitle(
        f"median of {fits} fits, and the middle 80 % of them" if max(counts) > 1 else "one fit",
        fontsize=8,
        x=0.01,
        ha="left",
    )

    if len(names) > 1:
        handles = {str(line.get_label()): line for axes in figure.axes for line in axes.lines}
        figure.legend(list(handles.values()), list(handles), loc="outside right upper", fontsize=8, frameon=False)

    return figure


def draw_band(axes: Axes, values: NDArray[np.float64], name: str, position: int) -> None:
    """Draws the band and the line of some fits, over the epochs that any of them measured."""

    measured = np.flatnonzero(~np.isnan(values).all(axis=0))
    low, middle, high = np.nanpercentile(values[:, measured], BAND, axis=0)
    color, style = COLORS[position % len(COLORS)], STYLES[position % len(STYLES)]

    axes.fill_between(measured + 1, low, high, color=color, alpha=0.2, linewidth=0)
    axes.plot(
        measured + 1,
        middle,
        color=color,
        linestyle=style,
        linewidth=1.4,
        marker="o" if len(measured) < 3 else "",
        label=name,
    )
