r"""The confidence of a model on held-out labels, compared with its accuracy."""

from __future__ import annotations

__all__ = ["Confidence", "Width", "confidence", "width"]

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from semivae.evaluation import deviation_scale, temperature
from semivae.evaluation.regression import NOMINAL


@dataclass(frozen=True)
class Confidence:
    r"""The confidence of a classifier on held-out labels.

    Attributes:
        mean: The mean probability of the predicted class.
        right: The share of right predictions.
        temperature: The logit divisor that makes both agree.
    """

    mean: float
    right: float
    temperature: float

    def with_factor(self, factor: float) -> Self:
        """Returns the same confidence with another temperature."""

        return replace(self, temperature=factor)


@dataclass(frozen=True)
class Width:
    r"""The width of the intervals of a regressor for held-out values.

    Attributes:
        nominal: The nominal coverage of an interval.
        held: The share of intervals that contained their value.
        scale: The factor that scales its deviations to the size of its errors.
    """

    nominal: float
    held: float
    scale: float

    def with_factor(self, factor: float) -> Self:
        """Returns the same width with another scale."""

        return replace(self, scale=factor)


def confidence(log_probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> Confidence:
    r"""Measures the confidence of a classifier on held-out labels.

    Arguments:
        log_probabilities: Log-probabilities of the classes, with shape (N, C).
        y: The codes of the labels, with shape (N,).
    """

    right = (log_probabilities.argmax(axis=1) == y).mean()
    mean = np.exp(log_probabilities.max(axis=1)).mean()

    return Confidence(float(mean), float(right), temperature(log_probabilities, y))


def width(moments: NDArray[np.float64], y: NDArray[np.float64]) -> Width:
    r"""Measures the width of the intervals of a regressor for held-out values.

    Arguments:
        moments: The predicted means and standard deviations, with shape (N, 2).
        y: The values, with shape (N,).
    """

    errors = (y - moments[:, 0]) / moments[:, 1]
    held = (np.abs(errors) <= ndtri(0.5 + NOMINAL / 2)).mean()

    return Width(NOMINAL, float(held), deviation_scale(errors))
