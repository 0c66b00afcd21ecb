r"""The true and the predicted classes of labeled rows."""

from __future__ import annotations

__all__ = ["confusion_matrix"]

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.style import canvas

# As many classes as have room for the numbers in their cells.
NUMBERED = 20


@figure("confusion_matrix", needs="confusion", file="confusion")
def confusion_matrix(counts: NDArray[np.int64], classes: Sequence[str], target: str = "") -> Figure:
    r"""Draws the number of rows of each class by the class that they were predicted as, shaded by the share in a row.

    Arguments:
        counts: The number of rows, with shape (C, C); a row for each true class.
        classes: The names of the classes.
        target: The name of the target.
    """

    size = len(classes)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = canvas(min(9.0, 2.2 + 0.42 * size), min(8.4, 1.7 + 0.42 * size))
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, interpolation="nearest")

    for row, column in np.argwhere(counts > 0) if size <= NUMBERED else ():
        color = "white" if shares[row, column] > 0.6 else "black"
        axes.text(column, row, f"{counts[row, column]:,}", ha="center", va="center", fontsize=7, color=color)

    step = max(1, size // 40)
    axes.set_xticks(range(0, size, step), classes[::step], rotation=90, fontsize=7)
    axes.set_yticks(range(0, size, step), classes[::step], fontsize=7)
    axes.set_xlabel("predicted", fontsize=9)
    axes.set_ylabel("true", fontsize=9)
    right = np.trace(counts) / max(counts.sum(), 1)
    axes.set_title(f"{target}: {right:.1%} of {counts.sum():,} right", fontsize=10, loc="left")

    return figure
