r"""Labels that may be wrong: the labels that predictions made without them doubt most.

A class is doubted by the probability :math:`q(y \mid x)` of the given label, a number by the probability of a larger
distance from its mean, :math:`2 (1 - \Phi(\lvert y - \mu(x) \rvert / \sigma(x)))`. The most doubted label comes first.

The probabilities must come from fits that did not see the label. A low one is a reason to look again, and no proof: a
row may be rare, or between two classes.

References:
    | Confident Learning: Estimating Uncertainty in Dataset Labels (Northcutt et al., 2021)
    | https://arxiv.org/abs/1911.00068
"""

from __future__ import annotations

__all__ = ["Doubts", "doubted_classes", "doubted_values"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Doubts:
    r"""Labels in the order of doubt.

    Attributes:
        order: Their positions, the most doubted label first, with shape (M,).
        probability: The probability of each label, with shape (M,), in this order.
        suggested: The code of the most probable class, or the expected value, in this order.
        strength: The probability of the suggested class; or the signed distance of a value from its mean, in standard
            deviations; in this order.
    """

    order: NDArray[np.int64]
    probability: Values
    suggested: NDArray[Any]
    strength: Values


def doubted_classes(probabilities: Values, y: NDArray[np.int64]) -> Doubts:
    r"""Ranks labels that are classes.

    Arguments:
        probabilities: The probabilities of the classes, by fits that did not see the labels, with shape (M, C).
        y: The codes of the labels, with shape (M,).
    """

    given, best = probabilities[np.arange(len(y)), y], probabilities.max(axis=1)
    # Among labels with the same probability, the surer suggestion comes first.
    order = np.lexsort((-best, given))

    return Doubts(order, given[order], probabilities.argmax(axis=1)[order], best[order])


def doubted_values(mean: Values, deviation: Values, y: Values) -> Doubts:
    r"""Ranks labels that are numbers.

    Arguments:
        mean: The predicted values, by fits that did not see the labels, with shape (M,).
        deviation: Their standard deviations, with shape (M,).
        y: The labels, with shape (M,).
    """

    from scipy.special import ndtr

    distance = (y - mean) / deviation
    # By the distance, as the probabilities of far values are all 0.
    order = np.argsort(-np.abs(distance), kind="stable")

    return Doubts(order, 2 * ndtr(-np.abs(distance[order])), mean[order], distance[order])
