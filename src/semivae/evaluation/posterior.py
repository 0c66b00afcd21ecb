r"""The divergence of a latent from its prior: of each unit, and in three parts that mean different things.

With the aggregated posterior :math:`q(z) = \frac{1}{N} \sum_n q(z \mid x_n)` and a standard normal prior,

.. math:: \frac{1}{N} \sum_n \mathrm{KL}(q(z \mid x_n) \parallel p(z)) =
    \underbrace{I(n; z)}_{\text{information}} +
    \underbrace{\mathrm{KL}\Big(q(z) \parallel \prod_j q(z_j)\Big)}_{\text{total correlation}} +
    \underbrace{\sum_j \mathrm{KL}(q(z_j) \parallel p(z_j))}_{\text{dimensions}}

The first is what the latent tells of a row, at most :math:`\log N`; the second, how much its units depend on each
other; the third, how far each is from the prior. In training, beta-TCVAE estimates :math:`q(z)` from a minibatch, with
weights. Here all rows are at hand, so that no weights are needed.

References:
    | Isolating Sources of Disentanglement in Variational Autoencoders (Chen et al., 2018)
    | https://arxiv.org/abs/1802.04942
"""

from __future__ import annotations

__all__ = ["decomposition", "unit_divergences"]

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from semivae.evaluation.intervals import Average
from semivae.evaluation.registry import metric

# Numbers that are held at a time: rows against rows, for each unit.
CELLS = 2**23

Values = NDArray[np.float64]

# A unit that says less than this of a row is not in use.
USED = 0.01


def unit_divergences(mean: Values, deviation: Values) -> Values:
    r"""Returns the divergence of each unit from a standard normal prior, averaged over rows, in nats, with shape (D,).

    .. math:: \frac{1}{N} \sum_n \mathrm{KL}(q(z_j \mid x_n) \parallel \mathcal{N}(0, 1)) =
        \frac{1}{2 N} \sum_n \mu_{nj}^2 + \sigma_{nj}^2 - 1 - \log \sigma_{nj}^2

    Arguments:
        mean: The posterior means, with shape (N, D).
        deviation: The posterior standard deviations, with shape (N, D).
    """

    return divergences(mean, deviation).mean(axis=0)


def divergences(mean: Values, deviation: Values) -> Values:
    """Returns the divergence of each row and unit from a standard normal prior, in nats, with shape (N, D)."""

    # Principal components without noise have no deviation, and would tell infinitely much.
    return 0.5 * (np.square(mean) + np.square(deviation) - 1) - np.log(deviation.clip(np.finfo(float).tiny))


@metric("divergence", "posterior", None, "divergence of posteriors from a standard normal", 1, "nats", (0, np.inf))
def divergence(mean: Values, deviation: Values) -> float:
    r"""Returns the mean divergence of posteriors from a standard normal prior: 0 is a posterior that says nothing.

    .. math:: \frac{1}{N} \sum_n \sum_j \mathrm{KL}(q(z_j \mid x_n) \parallel \mathcal{N}(0, 1))

    It is a rate: fewer nats can tell less of a row, so neither direction is better.

    References:
        | Auto-Encoding Variational Bayes (Kingma and Welling, 2013)
        | https://arxiv.org/abs/1312.6114

        | Fixing a Broken ELBO (Alemi et al., 2017)
        | https://arxiv.org/abs/1711.00464
    """

    return Average(divergences(mean, deviation).sum(axis=1))


@metric(
    "used_units",
    "posterior",
    "higher",
    "units whose divergence from the prior is above 0.01 nats",
    1,
    "units",
    (0, np.inf),
)
def used_units(mean: Values, deviation: Values) -> float:
    r"""Returns the number of units that carry information of rows.

    .. math:: \sum_j \left[\frac{1}{N} \sum_n \mathrm{KL}(q(z_j \mid x_n) \parallel \mathcal{N}(0, 1)) > 0.01\right]

    References:
        | Understanding Posterior Collapse in Generative Latent Variable Models (Lucas et al., 2019)
        | https://openreview.net/forum?id=r1xaVLUYuE
    """

    return float((unit_divergences(mean, deviation) > USED).sum())


def decomposition(mean: Values, deviation: Values, seed: int = 0) -> dict[str, float]:
    r"""Returns the parts of the divergence in nats, by name, from one draw of the latent of each row.

    Arguments:
        mean: The posterior means, with shape (N, D), as `encode` returns them.
        deviation: The posterior standard deviations, with shape (N, D).
        seed: The seed of the draws.
    """

    rows, units = mean.shape
    z = mean + deviation * np.random.default_rng(seed).standard_normal(mean.shape)
    size = max(1, CELLS // (rows * units))
    pairs = [against_all(z[start : start + size], mean, deviation) for start in range(0, rows, size)]
    joint, apart = (np.concatenate(part) - math.log(rows) for part in zip(*pairs, strict=True))
    own, prior = log_normal(z, mean, deviation).sum(1), log_normal(z, 0.0, 1.0)

    return {
        "information": float((own - joint).mean()),
        "total_correlation": float((joint - apart.sum(1)).mean()),
        "dimensions": float((apart - prior).mean(0).sum()),
    }


def against_all(z: Values, mean: Values, deviation: Values) -> tuple[Values, Values]:
    r"""Returns :math:`\log \sum_n q(z \mid x_n)`, with shape (B,), and that of each unit, with shape (B, D)."""

    units = log_normal(z[:, None], mean, deviation)

    return np.asarray(logsumexp(units.sum(2), axis=1)), np.asarray(logsumexp(units, axis=1))


def log_normal(z: Values, mean: Values | float, deviation: Values | float) -> Values:
    """Returns the log-density of normal values."""

    return -0.5 * np.square((z - mean) / deviation) - np.log(deviation) - 0.5 * math.log(2 * math.pi)
