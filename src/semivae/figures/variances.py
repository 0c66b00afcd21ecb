r"""The variance along each principal component."""

from __future__ import annotations

__all__ = ["component_variances"]

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from semivae.figures.registry import figure
from semivae.figures.style import COLORS, canvas, plain


@figure("component_variances", needs="components", file="loss")
def component_variances(variances: pd.DataFrame) -> Figure:
    r"""Draws how much of the data each principal component explains.

    Arguments:
        variances: One row a component, with its number as `component` and its `variance`.
    """

    figure = canvas(5.0, 3.2)
    axes = figure.add_subplot()

    axes.bar(variances["component"], variances["variance"], color=COLORS[0], width=0.8)
    axes.set_title("variance along each principal component", fontsize=10, loc="left")
    axes.set_xlabel("component", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    plain(axes)

    return figure
