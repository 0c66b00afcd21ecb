r"""Metrics of a density."""

from __future__ import annotations

__all__ = ["evidence"]

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.registry import measure, metric

Scores = NDArray[np.float64]


def evidence(scores: Scores) -> dict[str, float]:
    r"""Returns every metric of a density, by name.

    Arguments:
        scores: The log-density of each row, with shape (N,).
    """

    return measure("density", scores)


@metric("log_likelihood", "density", "higher", "mean log-density of a row, in nats")
def log_likelihood(scores: Scores) -> float:
    """Returns the mean log-likelihood per row."""

    return scores.mean()


@metric("log_likelihood_standard_error", "density", "lower", "standard error of that mean", rows=2)
def standard_error(scores: Scores) -> float:
    """Returns the standard error of the mean log-likelihood."""

    return scores.std(ddof=1) / np.sqrt(len(scores))
