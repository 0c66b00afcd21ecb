r"""Divergences between two distributions, in nats: of histograms, of Gaussians in closed form, else by Monte Carlo.

.. math:: \mathrm{KL}(p \parallel q) = \mathbb{E}_p\left[\log \frac{p(x)}{q(x)}\right] \ge 0 \qquad
    \mathrm{JS}(p, q) = \frac{1}{2} \mathrm{KL}(p \parallel m) + \frac{1}{2} \mathrm{KL}(q \parallel m) \le \log 2

with :math:`m = (p + q) / 2`. Both are 0 only for equal distributions. The first is infinite where q rules out what p
does not; the second is symmetric and always finite.

References:
    | On Information and Sufficiency (Kullback and Leibler, 1951)
    | https://doi.org/10.1214/aoms/1177729694

    | Divergence Measures Based on the Shannon Entropy (Lin, 1991)
    | https://doi.org/10.1109/18.61115
"""

from __future__ import annotations

__all__ = ["gaussian_kl", "histogram_js", "histogram_kl", "sampled_js", "sampled_kl"]

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from semivae.errors import DataError
from semivae.evaluation.intervals import Known
from semivae.evaluation.registry import enough

Values = NDArray[np.float64]


def histogram_kl(p: ArrayLike, q: ArrayLike, prior: float = 0.0) -> float:
    r"""Returns the Kullback-Leibler divergence of two histograms, in nats, from 0 to infinity; lower is closer.

    .. math:: \sum_b p_b \log \frac{p_b}{q_b}

    Arguments:
        p: Counts or probabilities of the bins of the first, with shape (B,).
        q: These of the second, over the same bins.
        prior: A count that is added to every bin of both, so that a bin that is empty by chance is not infinite.

    Raises:
        DataError: If the histograms have other shapes, a negative bin, or no mass.
    """

    first, second = shares(p, q, prior)

    return float(rel_entr(first, second).sum())


def histogram_js(p: ArrayLike, q: ArrayLike, prior: float = 0.0) -> float:
    r"""Returns the Jensen-Shannon divergence of two histograms, in nats, from 0 to log 2; lower is closer.

    The arguments and errors are as for :func:`histogram_kl`.
    """

    first, second = shares(p, q, prior)
    middle = (first + second) / 2

    return float(rel_entr(first, middle).sum() + rel_entr(second, middle).sum()) / 2


def shares(p: ArrayLike, q: ArrayLike, prior: float) -> tuple[Values, Values]:
    """Returns two histograms as shares that sum to 1."""

    first, second = (np.asarray(part, dtype=np.float64) + prior for part in (p, q))

    if first.shape != second.shape or first.ndim != 1:
        raise DataError(
            f"histograms with shapes {first.shape} and {second.shape}",
            "both must have one value for each of the same bins",
            "numpy.histogram(values, bins) with the same bins for both",
        )

    for part in (first, second):
        if not (part >= 0).all() or not 0 < part.sum() < math.inf:
            raise DataError(
                "a histogram without mass, or with a negative or missing bin",
                "bins hold counts or probabilities",
                "give the counts of numpy.histogram",
            )

    return first / first.sum(), second / second.sum()


def gaussian_kl(mean: ArrayLike, covariance: ArrayLike, other_mean: ArrayLike, other_covariance: ArrayLike) -> float:
    r"""Returns the Kullback-Leibler divergence of two Gaussians, in nats, from 0 to infinity; lower is closer.

    .. math:: \frac{1}{2} \left(\mathrm{tr}(S^{-1} \Sigma) + (m - \mu)^\top S^{-1} (m - \mu) - D
        + \log \frac{\det S}{\det \Sigma}\right)

    Arguments:
        mean: The mean of the first, with shape (D,).
        covariance: Its covariance, with shape (D, D).
        other_mean: The mean of the second, with shape (D,).
        other_covariance: Its covariance, with shape (D, D).

    Raises:
        DataError: If a covariance is not positive definite.
    """

    roots = [factor(np.atleast_2d(np.asarray(part, dtype=np.float64))) for part in (covariance, other_covariance)]
    apart = np.atleast_1d(np.asarray(other_mean, dtype=np.float64) - np.asarray(mean, dtype=np.float64))
    scaled = np.linalg.solve(roots[1], np.concatenate([roots[0], apart[:, None]], axis=1))
    volumes = [np.log(np.diag(root)).sum() for root in roots]

    return float(0.5 * (np.square(scaled).sum() - len(apart)) + volumes[1] - volumes[0])


def factor(covariance: Values) -> Values:
    """Returns the Cholesky factor of a covariance, with shape (D, D)."""

    try:
        return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise DataError(
            "a covariance that is not positive definite",
            "the density of a Gaussian needs its inverse",
            "add a small number to the diagonal, or drop columns that depend on others",
        ) from None


def sampled_kl(log_p: ArrayLike, log_q: ArrayLike) -> Known:
    r"""Returns a Monte Carlo estimate of a Kullback-Leibler divergence, in nats, with its standard error.

    .. math:: \frac{1}{S} \sum_s \log p(x_s) - \log q(x_s), \qquad x_s \sim p

    It has no bias, and can be negative by chance. The attribute `error` is its standard error, `interval` the ends of
    a 95 % interval.

    Arguments:
        log_p: The log-density by p of draws from p, with shape (S,).
        log_q: Their log-density by q, with shape (S,).

    Raises:
        DataError: If there are fewer than two draws.
    """

    ratios = np.asarray(log_p, dtype=np.float64) - np.asarray(log_q, dtype=np.float64)
    enough("sampled_kl", len(ratios), 2, "draws")

    return Known(ratios.mean(), standard_error(ratios))


def sampled_js(p_of_p: ArrayLike, q_of_p: ArrayLike, p_of_q: ArrayLike, q_of_q: ArrayLike) -> Known:
    r"""Returns a Monte Carlo estimate of a Jensen-Shannon divergence, in nats, with its standard error.

    .. math:: \log 2 - \frac{1}{2 S} \sum_s \log\left(1 + \frac{q(x_s)}{p(x_s)}\right)
        - \frac{1}{2 S} \sum_s \log\left(1 + \frac{p(x'_s)}{q(x'_s)}\right), \qquad x_s \sim p, \quad x'_s \sim q

    Arguments:
        p_of_p: The log-density by p of draws from p, with shape (S,).
        q_of_p: Their log-density by q, with shape (S,).
        p_of_q: The log-density by p of draws from q, with shape (T,).
        q_of_q: Their log-density by q, with shape (T,).

    Raises:
        DataError: If there are fewer than two draws from one of them.
    """

    pairs = ((p_of_p, q_of_p), (q_of_q, p_of_q))
    ratios = [np.asarray(other, dtype=np.float64) - np.asarray(own, dtype=np.float64) for own, other in pairs]
    enough("sampled_js", min(map(len, ratios)), 2, "draws")
    halves = [0.5 * (math.log(2) - np.logaddexp(0, part)) for part in ratios]
    error = math.hypot(*map(standard_error, halves))

    return Known(sum(half.mean() for half in halves), error)


def standard_error(values: Values) -> float:
    """Returns the standard error of a mean."""

    return float(values.std(ddof=1) / math.sqrt(len(values)))
