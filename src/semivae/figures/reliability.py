r"""How often predictions are right, by how confident they are."""

from __future__ import annotations

__all__ = ["reliability_curve"]

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.style import COLORS, GRAY, canvas, plain

Values = NDArray[np.float64]


@figure("reliability_curve", needs="confidence", file="reliability")
def reliability_curve(
    confidence: Values, accuracy: Values, low: Values, high: Values, rows: NDArray[np.int64]
) -> Figure:
    r"""Draws the accuracy of predictions by their confidence, with 95 % intervals, above the number of predictions.

    A calibrated model is on the diagonal; below it, the model is too sure.

    Arguments:
        confidence: The mean confidence in each bin, with shape (B,).
        accuracy: The share of right predictions in it.
        low: The lower end of the interval of the accuracy.
        high: Its upper end.
        rows: The number of predictions.
    """

    figure = canvas(4.8, 5.2)
    curve, bars = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    curve.plot([0, 1], [0, 1], color=GRAY, linewidth=1)
    curve.errorbar(
        confidence,
        accuracy,
        yerr=np.maximum([accuracy - low, high - accuracy], 0.0),
        color=COLORS[0],
        marker="o",
        markersize=4,
        linewidth=1.2,
        capsize=2,
    )
    curve.set_ylabel("share of right predictions", fontsize=9)
    curve.set_ylim(-0.02, 1.02)
    curve.set_title(f"{rows.sum():,} labeled rows; below the line the model is too sure", fontsize=10, loc="left")
    bars.bar(confidence, rows, width=0.03, color=COLORS[0])
    bars.set_xlabel("confidence", fontsize=9)
    bars.set_ylabel("rows", fontsize=9)
    bars.set_xlim(0, 1.02)

    for axes in (curve, bars):
        plain(axes)

    return figure
