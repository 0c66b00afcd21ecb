r"""The divergence of each unit of the latent over the epochs, as a heat map."""

from __future__ import annotations

__all__ = ["unit_divergences"]

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from semivae.figures.registry import figure
from semivae.figures.style import canvas

BESIDE = ("epoch", "stage")


@figure("unit_divergences", needs="units", file="units")
def unit_divergences(units: pd.DataFrame) -> Figure:
    r"""Draws how many nats each unit of the latent says of a row, over the epochs.

    Units stand in the order of their last divergence. Dark ones say nothing: with all of them dark, the posterior has
    collapsed.

    Arguments:
        units: One row an epoch, with its number as `epoch`, maybe its `stage`, and one column a unit.
    """

    names = [name for name in units if name not in BESIDE]
    nats = units[names].to_numpy(dtype=float).T
    order = np.argsort(-nats[:, -1], kind="stable")
    figure = canvas(7.0, min(8.0, 1.4 + 0.14 * len(names)))
    axes = figure.add_subplot()
    image = axes.imshow(
        nats[order],
        aspect="auto",
        cmap="viridis",
        vmin=0.0,
        interpolation="nearest",
        extent=(0.5, nats.shape[1] + 0.5, len(names) - 0.5, -0.5),
    )
    step = max(1, len(names) // 20)
    axes.set_yticks(range(0, len(names), step), [str(names[unit]).split()[-1] for unit in order[::step]], fontsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(labelsize=8)
    axes.set_xlabel("epoch of the stage that trains the latent", fontsize=9)
    axes.set_ylabel("unit, by its last divergence", fontsize=9)
    axes.set_title("divergence of each unit from its prior", fontsize=10, loc="left")
    bar = figure.colorbar(image, ax=axes)
    bar.set_label("nats per row", fontsize=9)
    bar.ax.tick_params(labelsize=8)

    return figure
