r"""Paths through a latent space: straight, spherical, shortest in the decoder's metric, and along one dimension."""

from __future__ import annotations

__all__ = ["geodesic", "length", "spherical", "straight", "traversal"]

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from semivae.latent.space import Space

Values = NDArray[np.float64]

# A path is refined until an iteration shortens its energy by less than this share.
TOLERANCE = 1e-6


def straight(start: Values, end: Values, points: int = 16) -> Values:
    """Returns points on the straight path between two latents, with shape (T, D)."""

    start, end = (np.asarray(z, dtype=np.float64) for z in (start, end))

    return start + np.linspace(0.0, 1.0, points)[:, None] * (end - start)


def spherical(start: Values, end: Values, points: int = 16) -> Values:
    r"""Returns points on the great circle between two latents, with shape (T, D); their norms change evenly.

    Latents of a normal prior in many dimensions lie near a sphere, which a straight path leaves.

    .. math:: \frac{\sin((1 - t) \omega)}{\sin \omega} \hat z_0 + \frac{\sin(t \omega)}{\sin \omega} \hat z_1
    """

    start, end = (np.asarray(z, dtype=np.float64) for z in (start, end))
    norms = np.linalg.norm(start), np.linalg.norm(end)

    if not min(norms) > 0:
        return straight(start, end, points)

    units = start / norms[0], end / norms[1]
    angle = np.arccos(np.clip(units[0] @ units[1], -1.0, 1.0))
    t = np.linspace(0.0, 1.0, points)[:, None]

    # Without an angle between them the great circle is the straight path; opposite ones have no single circle.
    if np.sin(angle) < 1e-9:
        return straight(start, end, points)

    circle = (np.sin((1 - t) * angle) * units[0] + np.sin(t * angle) * units[1]) / np.sin(angle)

    return circle * (norms[0] + t * (norms[1] - norms[0]))


def geodesic(space: Space, start: Values, end: Values, points: int = 12, iterations: int = 30) -> Values:
    r"""Returns points on a shortest path in the decoder's metric, with shape (T, D).

    It minimizes the energy :math:`\sum_t \lVert g(z_{t + 1}) - g(z_t) \rVert^2` of decoded rows as plain numbers, by
    damped Gauss-Newton steps. Derivatives are differences, so that any decoder works. It starts from the straight path
    and finds a path that is shortest among those near it.

    Arguments:
        space: The latent space.
        start: The first latent, with shape (D,).
        end: The last latent, with shape (D,).
        points: The number T of points.
        iterations: The most steps.

    References:
        | Latent Space Oddity: on the Curvature of Deep Generative Models (Arvanitidis et al., 2017)
        | https://arxiv.org/abs/1710.11379
    """

    def decoded(z: Values) -> Values:
        return space.numbers(space.decode(z))

    step = 1e-4 * np.where(space.latents.std(axis=0) > 0, space.latents.std(axis=0), 1.0)
    z = straight(start, end, points)
    rows = decoded(z)
    energy, damping = energy_of(rows), 1e-6

    for _ in range(iterations):
        slopes = jacobians(decoded, z[1:-1], step)
        improved = False

        while not improved and damping < 1e6:
            new = z.copy()
            new[1:-1] += gauss_newton(rows, slopes, damping)
            new_rows = decoded(new)
            improved = energy_of(new_rows) < energy
            damping *= 0.1 if improved else 10.0

        if not improved:
            break

        z, rows, before, energy = new, new_rows, energy, energy_of(new_rows)
        damping = max(damping, 1e-9)

        if energy > (1 - TOLERANCE) * before:
            break

    return z


def energy_of(rows: Values) -> float:
    """Returns the energy of a path of decoded rows."""

    return float(np.square(np.diff(rows, axis=0)).sum())


def jacobians(decoded: Callable[[Values], Values], z: Values, step: Values) -> Values:
    """Returns the slopes of decoded rows at latents, with shape (T, F, D), by differences."""

    moves = np.eye(z.shape[1]) * step
    ahead, behind = (decoded((z[:, None] + sign * moves).reshape(-1, z.shape[1])) for sign in (1, -1))
    slopes = (ahead - behind).reshape(len(z), z.shape[1], -1) / (2 * step[:, None])

    return slopes.transpose(0, 2, 1)


def gauss_newton(rows: Values, slopes: Values, damping: float) -> Values:
    """Returns the change of the inner points that minimizes the linearized energy, with shape (T - 2, D)."""

    count, _, size = slopes.shape
    matrix = np.zeros((count, size, count, size))
    # The energy has a term for either side of a point.
    pull = np.einsum("tfd,tf->td", slopes, rows[2:] - 2 * rows[1:-1] + rows[:-2])

    for t in range(count):
        matrix[t, :, t] = 2 * slopes[t].T @ slopes[t]

        if t + 1 < count:
            matrix[t, :, t + 1] = -slopes[t].T @ slopes[t + 1]
            matrix[t + 1, :, t] = matrix[t, :, t + 1].T

    flat = matrix.reshape(count * size, count * size)
    flat[np.diag_indices_from(flat)] += damping * max(float(flat.diagonal().max(initial=0.0)), 1e-12)

    return np.linalg.solve(flat, pull.ravel()).reshape(count, size)


def length(space: Space, z: Values) -> float:
    """Returns the length of a path of latents in the decoder's metric: of its decoded rows as plain numbers."""

    return float(np.linalg.norm(np.diff(space.numbers(space.decode(z)), axis=0), axis=1).sum())


def traversal(space: Space, z: Values, dimension: int, points: int = 9, share: float = 0.98) -> Values:
    r"""Returns copies of a latent with one dimension at even quantiles of the encoded rows, with shape (T, D).

    Arguments:
        space: The latent space.
        z: The latent, with shape (D,).
        dimension: The dimension that is moved.
        points: The number T of points.
        share: The share of the encoded rows between the ends.
    """

    tail = (1 - share) / 2
    path = np.repeat(np.asarray(z, dtype=np.float64)[None], points, axis=0)
    path[:, dimension] = np.quantile(space.latents[:, dimension], np.linspace(tail, 1 - tail, points))

    return path
