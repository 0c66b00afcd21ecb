r"""Whether predictions are right as often as they say: the calibration error and its curve.

Predictions fall into ten bins of equal width by their confidence. In each bin the accuracy should be the confidence.

.. math:: \sum_b \frac{n_b}{N} \lvert \mathrm{acc}(b) - \mathrm{conf}(b) \rvert

References:
    | Obtaining Well Calibrated Probabilities Using Bayesian Binning (Naeini et al., 2015)
    | https://doi.org/10.1609/aaai.v29i1.9602

    | On Calibration of Modern Neural Networks (Guo et al., 2017)
    | https://arxiv.org/abs/1706.04599
"""

from __future__ import annotations

__all__ = ["Reliability", "calibration_error", "reliability"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Average, wilson
from semivae.evaluation.registry import metric

BINS = 10

Codes = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    r"""The reliability curve, one entry for each bin with a prediction, each with shape (B,).

    Attributes:
        rows: The number of predictions.
        confidence: The mean confidence.
        accuracy: The share of right predictions.
        low: The lower end of the 95 % interval of the accuracy.
        high: Its upper end.
    """

    rows: NDArray[np.int64]
    confidence: Values
    accuracy: Values
    low: Values
    high: Values


@metric(
    "calibration_error", "classes", "lower", "mean distance of confidence and accuracy over ten bins", 1, "", (0, 1)
)
def binned_error(codes: Codes, probabilities: Values) -> float:
    r"""Returns the expected calibration error.

    .. math:: \sum_b \frac{n_b}{N} \lvert \mathrm{acc}(b) - \mathrm{conf}(b) \rvert

    A perfect model has an error above 0 by chance, most with few rows; the interval allows for it.

    References:
        | On Calibration of Modern Neural Networks (Guo et al., 2017)
        | https://arxiv.org/abs/1706.04599
    """

    return calibration_error(probabilities.argmax(axis=1) == codes, probabilities.max(axis=1))


def calibration_error(right: NDArray[np.bool_], confidence: Values, bins: int = BINS) -> float:
    r"""Returns the expected calibration error.

    Arguments:
        right: Whether each prediction is right, with shape (N,).
        confidence: The probability of each predicted class, with shape (N,).
        bins: The number of bins of equal width.
    """

    gaps = (right - confidence)[:, None] * (binned(confidence, bins)[:, None] == np.arange(bins))

    return Average(gaps, lambda means: np.abs(means).sum(axis=1))


def reliability(right: NDArray[np.bool_], confidence: Values, bins: int = BINS) -> Reliability:
    """Returns the reliability curve; the arguments are as for :func:`calibration_error`."""

    which = binned(confidence, bins)
    rows = np.bincount(which, minlength=bins)
    full = rows > 0
    sums = [np.bincount(which, weights=part, minlength=bins)[full] for part in (confidence, right)]
    mean, share = (part / rows[full] for part in sums)

    return Reliability(rows[full], mean, share, *wilson(share, rows[full]))


def binned(confidence: Values, bins: int) -> NDArray[np.int64]:
    """Returns the bin of each prediction, with shape (N,)."""

    return np.minimum((confidence * bins).astype(int), bins - 1)
