r"""The terms of the loss over the epochs."""

from __future__ import annotations

__all__ = ["loss_curves"]

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from semivae.figures.registry import figure
from semivae.figures.style import COLORS, STYLES, canvas, plain

# Terms of one size share a panel; in a single one the largest would hide the others.
PANELS: dict[str, tuple[str, ...]] = {
    "loss": ("loss", "validation_loss"),
    "bound (nats per row)": ("unlabeled_bound", "labeled_bound"),
    "likelihood (nats per row)": ("unlabeled_likelihood", "labeled_likelihood"),
    "divergence (nats per row)": ("unlabeled_kl_z", "labeled_kl_z", "unlabeled_kl_y"),
    "prediction of known labels (nats)": ("labeled_prediction",),
    "held-out labels": ("held_out_accuracy", "held_out_r2"),
    "student from model (nats per row)": ("student_divergence",),
}
OTHER = "other terms"
BESIDE = ("epoch", "seconds", "stage")

ACROSS = 3  # panels side by side


@figure("loss_curves", needs="epochs", file="loss")
def loss_curves(history: pd.DataFrame) -> Figure:
    r"""Draws every term of the loss over the epochs.

    Arguments:
        history: One row an epoch, with its number as `epoch`, and one column a term.
    """

    panels = panels_of([str(name) for name in history if name not in BESIDE])
    across = min(ACROSS, len(panels))
    down = -(-len(panels) // across)
    figure = canvas(3.0 * across, 2.4 * down)

    for position, (title, names) in enumerate(panels.items()):
        draw_terms(figure.add_subplot(down, across, position + 1), history, title, names)

    return figure


def panels_of(terms: list[str]) -> dict[str, list[str]]:
    """Returns the terms that there are by panel; those that are not known share one."""

    panels = {title: [name for name in names if name in terms] for title, names in PANELS.items()}
    panels[OTHER] = [name for name in terms if not any(name in names for names in PANELS.values())]

    return {title: names for title, names in panels.items() if names}


def draw_terms(axes: Axes, history: pd.DataFrame, title: str, names: list[str]) -> None:
    """Draws some terms over the epochs, which run on where a fit had several stages."""

    epochs = range(1, len(history) + 1)
    dots = "o" if len(history) < 3 else ""

    for i, name in enumerate(names):
        color, style = COLORS[i % len(COLORS)], STYLES[i % len(STYLES)]
        label = name.replace("_", " ")
        axes.plot(epochs, history[name], color=color, linestyle=style, linewidth=1.4, marker=dots, label=label)

    axes.set_title(title, fontsize=9, loc="left")
    axes.set_xlabel("epoch", fontsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    axes.margins(x=0.02)
    axes.legend(fontsize=7, frameon=False)
    plain(axes)
