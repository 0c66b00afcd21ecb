r"""Metrics of a density, and of the probability of levels."""

from __future__ import annotations

__all__ = ["evidence"]

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Average
from semivae.evaluation.registry import measure, metric

Scores = NDArray[np.float64]


def evidence(scores: Scores, dimensions: int | None = None, errors: Scores | None = None) -> dict[str, float]:
    r"""Returns every metric of a density, by name.

    Arguments:
        scores: The log-density of each row, with shape (N,).
        dimensions: The number of pixels and channels of a row, where the scores are log-probabilities of levels
            (`likelihood="logistic"`, or "bernoulli" of pixels that are 0 or 1). Densities of continuous pixels have
            no bits: for these, levels would have to be made continuous by noise before the fit.
        errors: The standard error of each score that comes from its draws, independent of other rows.
    """

    levels = {} if dimensions is None else measure("levels", scores, np.full(len(scores), float(dimensions)))

    return measure("density", scores, np.zeros(len(scores)) if errors is None else errors) | levels


@metric("log_likelihood", "density", "higher", "mean log-density of a row", 1, "nats per row")
def log_likelihood(scores: Scores, errors: Scores) -> float:
    r"""Returns the mean log-likelihood per row.

    .. math:: \frac{1}{N} \sum_n \log p(x_n)

    References:
        | On the Quantitative Analysis of Decoder-Based Generative Models (Wu et al., 2016)
        | https://arxiv.org/abs/1611.04273
    """

    return Average(scores)


@metric("log_likelihood_standard_error", "density", None, "standard error of that mean", 2, "nats per row", (0, np.inf))
def standard_error(scores: Scores, errors: Scores) -> float:
    r"""Returns the standard error of the mean log-likelihood, from the choice of rows and from the draws of each.

    .. math:: \sqrt{\frac{1}{N (N - 1)} \sum_n \left(\log p(x_n) - \overline{\log p}\right)^2
        + \frac{1}{N^2} \sum_n \epsilon_n^2}

    References:
        | On the Quantitative Analysis of Decoder-Based Generative Models (Wu et al., 2016)
        | https://arxiv.org/abs/1611.04273
    """

    return np.sqrt(scores.var(ddof=1) / len(scores) + (errors**2).sum() / len(scores) ** 2)


@metric(
    "bits_per_dimension",
    "levels",
    "lower",
    "mean of minus the log2-probability of a row, per pixel and channel",
    1,
    "bits",
    (0, np.inf),
)
def bits_per_dimension(scores: Scores, dimensions: Scores) -> float:
    r"""Returns the bits that a code needs for each of the :math:`P` pixels and channels of a row.

    .. math:: - \frac{1}{N} \sum_n \frac{\log_2 p(x_n)}{P}

    References:
        | Density estimation using Real NVP (Dinh et al., 2016)
        | https://arxiv.org/abs/1605.08803
    """

    return Average(-(scores / dimensions) / np.log(2))
