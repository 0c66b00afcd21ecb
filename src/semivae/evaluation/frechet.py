r"""Distances between the features of rows and of samples, by a network that is stated beside them.

Both compare two sets of features. The Frechet distance is that of two Gaussians with their moments; it is biased
upward, the more so with many features and few rows. :func:`frechet_floor` is the value that samples as good as rows
would have. The kernel distance has no bias, and a standard error.
"""

from __future__ import annotations

__all__ = ["frechet_distance", "frechet_floor", "gaussian_distance", "kernel_distance"]

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Known
from semivae.evaluation.registry import enough, metric

Values = NDArray[np.float64]

# Rows for each feature, so that a covariance has full rank and some precision.
PER_FEATURE = 2
DEGREE = 3


@metric(
    "frechet_distance",
    "features",
    "lower",
    "Frechet distance of Gaussians with the moments of features",
    2,
    "squared features",
    (0, np.inf),
)
def frechet_distance(rows: Values, samples: Values) -> float:
    r"""Returns the squared Frechet distance between the features of rows and of samples.

    .. math:: \lVert \mu - m \rVert^2 + \mathrm{tr}\left(\Sigma + S - 2 (\Sigma^{1/2} S \, \Sigma^{1/2})^{1/2}\right)

    Arguments:
        rows: Features of rows, with shape (N, F).
        samples: Features of samples, with shape (M, F).

    Raises:
        DataError: If there are fewer rows or samples than two for each feature.

    References:
        | GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium (Heusel et al., 2017)
        | https://arxiv.org/abs/1706.08500
    """

    needed = max(2, PER_FEATURE * rows.shape[1])
    enough("frechet_distance", len(rows), needed, "rows")
    enough("frechet_distance", len(samples), needed)
    moments = [(part.mean(axis=0), np.cov(part, rowvar=False, ddof=1)) for part in (rows, samples)]

    return gaussian_distance(*moments[0], *moments[1])


def frechet_floor(rows: Values, samples: int, seed: int = 0) -> float:
    r"""Returns the Frechet distance that samples from the distribution of the rows would have by chance.

    It is the distance of two random halves of the rows. The bias falls as :math:`1 / N + 1 / M`, to which it is scaled.

    Arguments:
        rows: Features of rows, with shape (N, F).
        samples: The number of samples that rows are compared with.
        seed: The seed of the halves.

    Raises:
        DataError: If a half has fewer rows than two for each feature.

    References:
        | Effectively Unbiased FID and Inception Score and where to find them (Chong and Forsyth, 2020)
        | https://arxiv.org/abs/1911.07023
    """

    enough("frechet_floor", len(rows), max(4, 2 * PER_FEATURE * rows.shape[1]), "rows")
    order, half = np.random.default_rng(seed).permutation(len(rows)), len(rows) // 2
    found = frechet_distance(rows[order[:half]], rows[order[half:]])

    return found * (1 / len(rows) + 1 / samples) / (1 / half + 1 / (len(rows) - half))


def gaussian_distance(mean: Values, covariance: Values, other_mean: Values, other_covariance: Values) -> float:
    r"""Returns the squared Frechet distance of two Gaussians.

    The trace of the root is the sum of the singular values of :math:`\Sigma^{1/2} S^{1/2}`: both roots come from
    eigenvalues of symmetric matrices, so that a covariance without full rank does no harm.

    Arguments:
        mean: The mean of the first, with shape (F,).
        covariance: Its covariance, with shape (F, F).
        other_mean: The mean of the second, with shape (F,).
        other_covariance: Its covariance, with shape (F, F).
    """

    first, second = np.atleast_2d(covariance), np.atleast_2d(other_covariance)
    shared = np.linalg.svd(root(first) @ root(second), compute_uv=False).sum()
    apart = np.square(mean - other_mean).sum()

    return max(0.0, float(apart + np.trace(first) + np.trace(second) - 2 * shared))


def root(covariance: Values) -> Values:
    """Returns the symmetric square root of a covariance, with shape (F, F)."""

    values, vectors = np.linalg.eigh(covariance)

    return (vectors * np.sqrt(values.clip(0))) @ vectors.T


@metric(
    "kernel_distance",
    "features",
    "lower",
    "squared distance of kernel means of features, without bias",
    2,
    "squared kernel",
)
def kernel_distance(rows: Values, samples: Values) -> float:
    r"""Returns the unbiased squared maximum mean discrepancy between features, with a polynomial kernel.

    .. math:: \frac{1}{N (N - 1)} \sum_{n \ne n'} k(x_n, x_{n'}) + \frac{1}{M (M - 1)} \sum_{m \ne m'} k(s_m, s_{m'})
        - \frac{2}{N M} \sum_{n m} k(x_n, s_m), \qquad k(u, v) = \left(\frac{u^\top v}{F} + 1\right)^3

    It can be negative by chance. Its standard error is that of the mean over rows of their part of the sums.

    Raises:
        DataError: If there are fewer than two rows or samples.

    References:
        | Demystifying MMD GANs (Binkowski et al., 2018)
        | https://arxiv.org/abs/1801.01401
    """

    enough("kernel_distance", len(rows), 2, "rows")
    enough("kernel_distance", len(samples), 2)
    between = kernel(rows, samples)
    parts = [within(rows) - between.mean(axis=1), within(samples) - between.mean(axis=0)]
    error = np.sqrt(sum(4 * part.var(ddof=1) / len(part) for part in parts))

    return Known(sum(part.mean() for part in parts), error)


def within(rows: Values) -> Values:
    """Returns the mean kernel of each row with all other rows, with shape (N,)."""

    kernels = kernel(rows, rows)

    return (kernels.sum(axis=1) - np.diag(kernels)) / (len(rows) - 1)


def kernel(one: Values, other: Values) -> Values:
    """Returns the polynomial kernel of each row with each other row, with shape (N, M)."""

    return (one @ other.T / one.shape[1] + 1) ** DEGREE
