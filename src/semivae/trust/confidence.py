r"""How sure a model may be, by labels held out from its fits: one factor for all predictions, which changes none.

For a class it is a temperature, which makes predictions less sure:

.. math:: q_T(y \mid x) = \frac{q(y \mid x)^{1 / T}}{\sum_{y'} q(y' \mid x)^{1 / T}}

A classifier that is trained to be sure, as is right where there is a gap between classes, is far too sure where they
overlap; which of the two holds is told by labels alone that it has not seen. For a number the deviations are scaled:
where labels are few, the mean is nearer to them than to those that it has not seen, and the deviation is learned from
how near it is.

.. math:: q_s(y \mid x) = \mathcal{N}(\mu(x), s^2 \sigma^2(x))

References:
    | On Calibration of Modern Neural Networks (Guo et al., 2017)
    | https://arxiv.org/abs/1706.04599

    | Evaluating and Calibrating Uncertainty Prediction in Regression Tasks (Levi et al., 2022)
    | https://arxiv.org/abs/1905.11659
"""

from __future__ import annotations

__all__ = ["Confidence", "Width", "confidence", "deviation_scale", "temperature", "width"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

# Never below one: that a model may be surer than it is, a few labels that it got right do not show.
TEMPERATURES = np.geomspace(1, 128, 301)

# The intervals of which is told how many held.
NOMINAL = 0.9


@dataclass(frozen=True)
class Confidence:
    r"""How sure a classifier was of labels that were held out.

    Attributes:
        mean: The mean probability of the class that it predicted.
        right: The share of its predictions that were right.
        temperature: What to divide its logits by, so that it is as sure as it is right.
    """

    mean: float
    right: float
    temperature: float


@dataclass(frozen=True)
class Width:
    r"""How wide the intervals of a regressor were for values that were held out.

    Attributes:
        nominal: The probability that the model gave to an interval.
        held: The share of the intervals that held their value.
        scale: What to multiply its deviations by, so that they are as large as its errors.
    """

    nominal: float
    held: float
    scale: float


def confidence(log_probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> Confidence:
    r"""Returns how sure a classifier was of held-out labels.

    Arguments:
        log_probabilities: Those of the classes, with shape (N, C).
        y: The codes of the labels, with shape (N,).
    """

    right = (log_probabilities.argmax(axis=1) == y).mean()
    mean = np.exp(log_probabilities.max(axis=1)).mean()

    return Confidence(float(mean), float(right), temperature(log_probabilities, y))


def temperature(log_probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    r"""Returns the temperature, at least 1, at which held-out labels are likeliest.

    Its logarithm has a standard normal prior, which counts for something only where labels are few.

    Arguments:
        log_probabilities: Those of the classes, with shape (N, C); minus infinity for a class that the fit did not
            know.
        y: The codes of the labels, with shape (N,). Those that the fit did not know are left out.
    """

    given = log_probabilities[np.arange(len(y)), y]
    seen = np.isfinite(given)

    def likelihood(temperature: float) -> float:
        total = np.logaddexp.reduce(log_probabilities[seen] / temperature, axis=1)

        return float((given[seen] / temperature - total).sum() - 0.5 * np.log(temperature) ** 2)

    return float(max(TEMPERATURES, key=likelihood))


def width(moments: NDArray[np.float64], y: NDArray[np.float64]) -> Width:
    r"""Returns how wide the intervals of a regressor were for held-out values.

    Arguments:
        moments: The mean and the standard deviation that it gave to each, with shape (N, 2).
        y: The values, with shape (N,).
    """

    errors = (y - moments[:, 0]) / moments[:, 1]
    held = (np.abs(errors) <= ndtri(0.5 + NOMINAL / 2)).mean()

    return Width(NOMINAL, float(held), deviation_scale(errors))


def deviation_scale(errors: NDArray[np.float64]) -> float:
    r"""Returns the factor of all deviations at which held-out values are likeliest.

    It is the root of the mean square of the errors, and of one more error of 1, which counts for something only where
    values are few.

    Arguments:
        errors: The differences of the values to their means, in deviations, with shape (N,).
    """

    return float(np.sqrt((1 + np.square(errors).sum()) / (1 + len(errors))))
