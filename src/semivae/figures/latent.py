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

Values = NDArray[np.float64]

# As many classes as a legend has room for.
MOST = 30


@figure("latent_map", needs="latents", file="latent")
def latent_map(
    z: Values, labels: Values, target: str = "", classes: Sequence[str] = (), predicted: Values | None = None
) -> Figure:
    r"""Draws rows in the latent space, colored by their label; unlabeled ones by their prediction, if it is given.

    Arguments:
        z: The latents, with shape (N, D). More than two are shown by two directions: those that best separate the
            predictions, or the first principal components.
        labels: The codes of the classes, or the values of a real target, with shape (N,); NaN where unlabeled.
        target: The name of the target.
        classes: The names of the classes; empty for a real target.
        predicted: The predicted codes or values, with shape (N,).
    """

    figure = canvas(6.4, 4.8)
    axes = figure.add_subplot()
    points, names = plane(z, predicted, bool(len(classes)))
    known = ~np.isnan(labels)
    title = f"{len(z):,} rows in the latent space"

    if not known.all():
        if predicted is not None and len(classes):
            title += "; small marks are predicted"

            for code in np.unique(predicted[~known]).astype(int):
                rows = ~known & (predicted == code)
                axes.scatter(*points[rows].T, s=9, linewidths=0, alpha=0.4, **palette(code))
        else:
            label = "unlabeled" if known.any() else "rows"
            axes.scatter(*points[~known].T, s=6, color=GRAY, linewidths=0, alpha=0.6, label=label)

    if len(classes):
        draw_classes(axes, points[known], labels[known], target, classes)
    else:
        draw_values(axes, points[known], labels[known], target)

    axes.set_xlabel(names[0], fontsize=9)
    axes.set_ylabel(names[1], fontsize=9)
    axes.set_title(title, fontsize=10, loc="left")
    plain(axes)

    return figure


def plane(z: Values, predicted: Values | None = None, classes: bool = False) -> tuple[Values, tuple[str, str]]:
    """Returns two coordinates of each latent, with shape (N, 2), and their names."""

    if z.shape[1] <= 2:
        return np.pad(z, ((0, 0), (0, 2 - z.shape[1]))), ("latent 1", "latent 2" if z.shape[1] == 2 else "")

    centered = z - z.mean(axis=0)

    along = (
        None if predicted is None else separating(centered, predicted) if classes else following(centered, predicted)
    )

    if along is None:
        return principal(centered)

    what = f"direction of {z.shape[1]} latents that {'separates the classes' if classes else 'follows the prediction'}"

    if along.shape[1] > 1:
        return along[:, :2], (f"first {what}", f"second {what}")

    # What the one direction leaves over.
    rest = centered - along @ np.linalg.lstsq(along, centered, rcond=None)[0]

    return np.c_[along, principal(rest)[0][:, 0]], (what, "first principal component of the rest")


def separating(z: Values, predicted: Values) -> Values | None:
    """Returns the coordinates in which predicted classes lie farthest apart, with shape (N, 1) or (N, 2).

    Classes of a single row have no spread to compare with; None if fewer than two classes have one.
    """

    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    names, counts = np.unique(predicted, return_counts=True)
    shown = np.isin(predicted, names[counts > 1])

    if (counts > 1).sum() < 2:
        return None

    # Shrinkage, for there may be fewer rows than latents. It is relative to the variance of a latent.
    z = z / np.maximum(z.std(axis=0), np.finfo(float).tiny)

    found = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.1).fit(z[shown], predicted[shown])

    return found.transform(z)[:, :2]


def following(z: Values, predicted: Values) -> Values | None:
    """Returns the coordinate of the linear regression of predicted values, with shape (N, 1); None if all are equal."""

    if np.ptp(predicted) == 0:
        return None

    return z @ np.linalg.lstsq(z, predicted - predicted.mean(), rcond=None)[0][:, None]


def principal(centered: Values) -> tuple[Values, tuple[str, str]]:
    """Returns the first two principal components, with shape (N, 2), and their names."""

    values, vectors = np.linalg.eigh(centered.T @ centered)
    share = values[::-1] / max(values.sum(), np.finfo(float).tiny)
    size = centered.shape[1]
    names = [f"principal component {i + 1} of {size} latents ({share[i]:.0%} of the variance)" for i in range(2)]

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
