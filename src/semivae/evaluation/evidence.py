r"""Metrics of a density, and of the probability of levels."""

from __future__ import annotations

__all__ = ["evidence"]

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.registry import measure, metric

Scores = NDArray[np.float64]


def evidence(scores: Scores, dimensions: int | None = None) -> dict[str, float]:
    r"""Returns every metric of a density, by name.

    Arguments:
        scores: The log-density of each row, with shape (N,).
        dimensions: The number of pixels and channels of a row, where the scores are log-probabilities of levels
            (`likelihood="logistic"`, or "bernoulli" of pixels that are 0 or 1). Densities of continuous pixels have
            no bits: for these, levels would have to be made continuous by noise before the fit.
    """

    levels = {} if dimensions is None else measure("levels", scores, np.full(len(scores), float(dimensions)))

    return measure("density", scores) | levels


@metric("log_likelihood", "density", "higher", "mean log-density of a row, in nats")
def log_likelihood(scores: Scores) -> float:
    """Returns the mean log-likelihood per row."""

    return scores.mean()


@metric("log_likelihood_standard_error", "density", "lower", "standard error of that mean", rows=2)
def standard_error(scores: Scores) -> float:
    """Returns the standard error of the mean log-likelihood."""

    return scores.std(ddof=1) / np.sqrt(len(scores))


@metric("bits_per_dimension", "levels", "lower", "mean of minus the log2-probability of a row, per pixel and channel")
def bits_per_dimension(scores: Scores, dimensions: Scores) -> float:
    r"""Returns :math:`- \log_2 p(x) / P`, averaged over rows."""

    return -(scores / dimensions).mean() / np.log(2)
