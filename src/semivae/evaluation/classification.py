r"""How good class probabilities are."""

from __future__ import annotations

__all__ = ["calibration_error", "classification"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10


def classification(y: NDArray[Any], probabilities: NDArray[np.float64], classes: NDArray[Any]) -> dict[str, float]:
    r"""Returns accuracy, log loss and expected calibration error.

    Arguments:
        y: The true classes, with shape (N,).
        probabilities: The probability of each class, with shape (N, C).
        classes: The classes, with shape (C,); a true class may be none of them.
    """

    truth = np.asarray(y)[:, None] == np.asarray(classes)
    given = np.where(truth, probabilities, 0.0).sum(axis=1)
    right = truth[np.arange(len(truth)), probabilities.argmax(axis=1)]

    return {
        "accuracy": float(right.mean()),
        "log_loss": float(-np.log(given.clip(np.finfo(float).tiny)).mean()),
        "calibration_error": calibration_error(right, probabilities.max(axis=1)),
    }


def calibration_error(right: NDArray[np.bool_], confidence: NDArray[np.float64], bins: int = BINS) -> float:
    r"""Returns the expected calibration error: the mean distance of confidence and accuracy over bins.

    .. math:: \sum_b \frac{n_b}{N} \lvert \mathrm{acc}(b) - \mathrm{conf}(b) \rvert

    Arguments:
        right: Whether each prediction is right, with shape (N,).
        confidence: The probability of each predicted class, with shape (N,).
        bins: How many bins of equal width there are.

    References:
        | On Calibration of Modern Neural Networks (Guo et al., 2017)
        | https://arxiv.org/abs/1706.04599
    """

    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(which, weights=right - confidence, minlength=bins)

    return float(np.abs(gaps).sum() / len(right))
