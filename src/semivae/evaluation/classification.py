r"""Metrics of class probabilities."""

from __future__ import annotations

__all__ = ["calibration_error", "classification"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.registry import measure, metric

BINS = 10

Codes = NDArray[np.int64]
Probabilities = NDArray[np.float64]


def classification(y: NDArray[Any], probabilities: Probabilities, classes: NDArray[Any]) -> dict[str, float]:
    r"""Returns every metric of predicted classes, by name.

    Arguments:
        y: The true classes, with shape (N,).
        probabilities: The probability of each class, with shape (N, C).
        classes: The classes, with shape (C,); a true class may be none of them.
    """

    same = np.asarray(y)[:, None] == np.asarray(classes)
    codes = np.where(same.any(axis=1), same.argmax(axis=1), -1)

    return measure("classes", codes, probabilities)


@metric("accuracy", "classes", "higher", "share of rows whose most probable class is the true one")
def accuracy(codes: Codes, probabilities: Probabilities) -> float:
    """Returns the accuracy."""

    return hits(codes, probabilities).mean()


@metric("log_loss", "classes", "lower", "mean of minus the log-probability of the true class, in nats")
def log_loss(codes: Codes, probabilities: Probabilities) -> float:
    """Returns the log loss."""

    given = np.where(codes < 0, 0.0, probabilities[np.arange(len(codes)), codes])

    return -np.log(given.clip(np.finfo(float).tiny)).mean()


@metric("calibration_error", "classes", "lower", "mean distance of confidence and accuracy over ten bins")
def binned_error(codes: Codes, probabilities: Probabilities) -> float:
    """Returns the expected calibration error."""

    return calibration_error(hits(codes, probabilities), probabilities.max(axis=1))


def hits(codes: Codes, probabilities: Probabilities) -> NDArray[np.bool_]:
    """Returns the mask of rows whose most probable class is the true one, with shape (N,)."""

    return probabilities.argmax(axis=1) == codes


def calibration_error(right: NDArray[np.bool_], confidence: NDArray[np.float64], bins: int = BINS) -> float:
    r"""Returns the expected calibration error: the mean distance of confidence and accuracy over bins.

    .. math:: \sum_b \frac{n_b}{N} \lvert \mathrm{acc}(b) - \mathrm{conf}(b) \rvert

    Arguments:
        right: Whether each prediction is right, with shape (N,).
        confidence: The probability of each predicted class, with shape (N,).
        bins: The number of bins of equal width.

    References:
        | On Calibration of Modern Neural Networks (Guo et al., 2017)
        | https://arxiv.org/abs/1706.04599
    """

    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(which, weights=right - confidence, minlength=bins)

    return float(np.abs(gaps).sum() / len(right))
