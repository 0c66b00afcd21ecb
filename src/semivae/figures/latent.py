r"""A map of the latent space."""

from __future__ import annotations

__all__ = ["latent_map"]

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semivae.figures.registry import figure
from semivae.figures.style import GRAY, canvas, palette, plain

# As many classes as a legend has room for.
MOST = 30


@figure("latent_map", needs="latents", file="latent")
def latent_map(
    z: NDArray[np.float64], labels: NDArray[np.float64], target: str = "", classes: Sequence[str] = ()
) -> Figure:
    r"""Draws rows in the latent space, colored by their label.

    Arguments:
        z: The latents, with shape (N, D). More than two are shown by their first two principal components.
        labels: The codes of the classes, or the values of a real target, with shape (N,); NaN where unlabeled.
        target: The name of the target.
        classes: The names of the classes; empty for a real target.
    """

    figure = canvas(6.4, 4.8)
    axes = figure.add_subplot()
    points, names = plane(z)
    known = ~np.isnan(labels)

    if not known.all():
        label = "unlabeled" if known.any() else "rows"
        axes.scatter(*points[~known].T, s=6, color=GRAY, linewidths=0, alpha=0.6, label=label)

    if len(classes):
        draw_classes(axes, points[known], labels[known], target, classes)
    else:
        draw_values(axes, points[known], labels[known], target)

    axes.set_xlabel(names[0], fontsize=9)
    axes.set_ylabel(names[1], fontsize=9)
    axes.set_title(f"{len(z):,} rows in the latent space", fontsize=10, loc="left")
    plain(axes)

    return figure


def plane(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """Returns two coordinates of each latent, with shape (N, 2), and their names."""

    if z.shape[1] <= 2:
        return np.pad(z, ((0, 0), (0, 2 - z.shape[1]))), ("latent 1", "latent 2" if z.shape[1] == 2 else "")

    centered = z - z.mean(axis=0)
    values, vectors = np.linalg.eigh(centered.T @ centered)
    share = values[::-1] / max(values.sum(), np.finfo(float).tiny)
    names = [f"principal component {i + 1} of {z.shape[1]} latents ({share[i]:.0%} of the variance)" for i in range(2)]

    return centered @ vectors[:, :-3:-1], (names[0], names[1])


def draw_classes(
    axes: Axes, points: NDArray[np.float64], codes: NDArray[np.float64], target: str, classes: Sequence[str]
) -> None:
    """Draws labeled rows with a color and a marker for each class."""

    for code, name in enumerate(classes):
        dots = points[codes == code]
        label = name if code < MOST else None

        axes.scatter(*dots.T, s=26, edgecolors="white", linewidths=0.4, label=label, **palette(code))

    more = f" (first {MOST} of {len(classes)})" if len(classes) > MOST else ""
    axes.figure.legend(title=target + more, loc="outside right upper", fontsize=8, title_fontsize=9, frameon=False)


def draw_values(axes: Axes, points: NDArray[np.float64], values: NDArray[np.float64], target: str) -> None:
    """Draws labeled rows with a color for each value."""

    if len(values) == 0:
        return

    dots = axes.scatter(*points.T, s=26, c=values, cmap="viridis", edgecolors="white", linewidths=0.4)
    bar = axes.figure.colorbar(dots, ax=axes, shrink=0.9)
    bar.set_label(target, fontsize=9)
    bar.ax.tick_params(labelsize=8)

    if len(axes.collections) > 1:
        axes.legend(fontsize=8, loc="upper left", framealpha=0.9, edgecolor="none")
