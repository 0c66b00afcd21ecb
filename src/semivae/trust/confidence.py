r"""How sure a classifier may be: one temperature for all that it predicts, by labels held out from its fits.

.. math:: q_T(y \mid x) = \frac{q(y \mid x)^{1 / T}}{\sum_{y'} q(y' \mid x)^{1 / T}}

It makes predictions less sure, and changes none of them. A classifier that is trained to be sure, as is
right where there is a gap between classes, is far too sure where they overlap; which of the two holds is told by
labels alone that it has not seen.

References:
    | On Calibration of Modern Neural Networks (Guo et al., 2017)
    | https://arxiv.org/abs/1706.04599
"""

from __future__ import annotations

__all__ = ["Confidence", "confidence", "temperature"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Never below one: that a model may be surer than it is, a few labels that it got right do not show.
TEMPERATURES = np.geomspace(1, 128, 301)


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
