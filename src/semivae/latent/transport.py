r"""Latents moved from one class to another, so that they lie in the new class as they lay in the old one.

.. math:: z' = \mu_b + A \, (z - \mu_a), \qquad
    A = \Sigma_a^{-1/2} \Big(\Sigma_a^{1/2} \Sigma_b \Sigma_a^{1/2}\Big)^{1/2} \Sigma_a^{-1/2}

the map of least squared distance between two Gaussians. Where latents do not depend on the class, it is the identity.

References:
    | On the Translocation of Masses in Gaussian Measures (Olkin and Pukelsheim, 1982)
    | https://doi.org/10.1016/0024-3795(82)90112-4
"""

from __future__ import annotations

__all__ = ["moved"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# Fewer rows of a class do not show where its latents lie.
FEWEST = 10


def moved(z: Values, start: NDArray[Any], end: NDArray[Any], latents: Values, classes: NDArray[Any]) -> Values:
    r"""Returns latents that were moved from class to class; those of classes with too few rows stay.

    Arguments:
        z: The latents, with shape (N, D).
        start: The class of each, with shape (N,).
        end: The wanted class of each, with shape (N,).
        latents: The latents of reference rows, with shape (M, D).
        classes: Their classes, with shape (M,).
    """

    found = z.copy()
    many = [name for name in np.unique(classes) if (classes == name).sum() >= FEWEST]
    clouds = {name: cloud(latents[classes == name]) for name in many}

    for first in clouds:
        for last in clouds:
            rows = (start == first) & (end == last)

            if first != last and rows.any():
                (center, cover), (other, wanted) = clouds[first], clouds[last]
                half, back = root(cover), root(cover, -0.5)
                found[rows] = other + (z[rows] - center) @ (back @ root(half @ wanted @ half) @ back)

    return found


def cloud(z: Values) -> tuple[Values, Values]:
    """Returns the mean and the shrunk covariance of latents, with shapes (D,) and (D, D)."""

    from sklearn.covariance import ledoit_wolf

    cover = ledoit_wolf(z)[0]

    return z.mean(axis=0), cover + 1e-9 * max(float(np.trace(cover)), 1e-9) * np.eye(z.shape[1])


def root(cover: Values, power: float = 0.5) -> Values:
    """Returns a power of a symmetric positive matrix."""

    values, vectors = np.linalg.eigh(cover)

    return (vectors * np.maximum(values, np.finfo(float).tiny) ** power) @ vectors.T
