r"""The latent map of a report: two directions of the latent, and a caption that says what they leave out."""

from __future__ import annotations

__all__ = ["latent_map"]

from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.report.records import Map, Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semivae.fitted import Fitted

# As many rows as a page draws quickly, and can be told apart.
ROWS = 1_200


def latent_map(fitted: Fitted, x: Any, latents: NDArray[np.float64], codes: NDArray[np.float64]) -> Map:
    r"""Returns the latent map.

    Arguments:
        fitted: The estimator.
        x: The rows.
        latents: Their latents, with shape (N, D).
        codes: The codes of their classes or their values, with shape (N,), NaN where unlabeled.
    """

    from sklearn.utils import _safe_indexing

    from semivae.workflows.draw import predicted_of

    random = np.random.default_rng(0).permutation(len(latents))
    index = random[np.argsort(np.isnan(codes[random]), kind="stable")][:ROWS]
    centered = latents - latents.mean(axis=0)
    places, kept = flat(centered)
    given = codes[index]
    predicted = predicted_of(fitted, _safe_indexing(x, index))
    shown = given if predicted is None else np.where(np.isnan(given), predicted, given)
    targets = fitted.schema_.targets
    classes = [str(name) for name in targets[0].classes] if targets else []
    ends = None

    if not classes and not np.isnan(shown).all():
        ends = float(np.nanmin(shown)), float(np.nanmax(shown))
        shown = (shown - ends[0]) / max(ends[1] - ends[0], np.finfo(float).tiny)

    # Labels are drawn last, on top.
    order = np.argsort(~np.isnan(given), kind="stable")
    points = [
        Point(
            float(places[index[i], 0]),
            float(places[index[i], 1]),
            None if np.isnan(shown[i]) else float(shown[i]),
            bool(~np.isnan(given[i])),
        )
        for i in order
    ]

    return Map(points, classes, ends, caption(latents.shape[1], kept))


def flat(centered: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Returns the two main directions of latents, with shape (N, 2), and the share of the variance that they keep."""

    if centered.shape[1] < 2:
        return np.column_stack([centered, np.zeros(len(centered))]), 1.0

    if centered.shape[1] == 2:
        return centered, 1.0

    _, sizes, directions = np.linalg.svd(centered, full_matrices=False)

    return centered @ directions[:2].T, float((sizes[:2] ** 2).sum() / (sizes**2).sum())


def caption(latents: int, kept: float) -> str:
    """Returns a caption that says how far the map can be trusted."""

    if latents <= 2:
        return "The map shows the whole latent. Near rows are alike; areas have no meaning in units of the data."

    return (
        f"The map shows {kept:.0%} of the variance of {latents} latents. Far rows differ; near rows may still differ "
        "in a direction that is not shown, and classes that overlap here may be apart there."
    )
