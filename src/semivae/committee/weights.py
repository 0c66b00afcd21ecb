r"""The weights of a committee, from predictions of labels that its members did not see.

Few labels say little about which member is best, so weights are shrunk to equal ones: as if a number of further labels
had spoken for all members alike.
"""

from __future__ import annotations

__all__ = ["weighed", "weights_of_classes", "weights_of_values"]

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

# The number of labels that speak for equal weights. Squared errors of a few values say less than probabilities.
EQUAL, EQUAL_OF_VALUES = 10.0, 50.0

STEPS = 200

Values = NDArray[np.float64]


def weighed(
    predicted: Values, folds: NDArray[np.int64], weigh: Callable[[NDArray[np.bool_]], Values]
) -> tuple[Values, Values]:
    r"""Returns the weights of members, with shape (M,), and their mean predictions, with shape (N, *).

    The predictions of each fold are weighed by the labels of the others, so that they show how well weights from few
    labels do.

    Arguments:
        predicted: The predictions of each member, with shape (M, N, *).
        folds: The fold of each label, with shape (N,).
        weigh: Maps a mask of labels, with shape (N,), to weights of the members.
    """

    weights = weigh(np.ones(len(folds), dtype=bool))
    mean = np.empty(predicted.shape[1:])

    for fold in np.unique(folds):
        inside = folds == fold
        own = weights if inside.all() else weigh(~inside)
        mean[inside] = np.tensordot(own, predicted[:, inside], axes=1)

    return weights, mean


def weights_of_classes(likelihood: Values, importance: Values) -> Values:
    r"""Returns the weights with the highest likelihood of the mean prediction, with shape (M,).

    They maximize :math:`\sum_i v_i \log \sum_m w_m p_m(y_i) + (\kappa / M) \sum_m \log w_m`, with `EQUAL` as
    :math:`\kappa`, by expectation and maximization.

    Arguments:
        likelihood: The probability of each label by each member, with shape (M, N).
        importance: The weight :math:`v` of each label, with shape (N,).
    """

    members = len(likelihood)
    likelihood = likelihood.clip(1e-3)
    weights = np.full(members, 1 / members)

    for _ in range(STEPS):
        shares = weights[:, None] * likelihood
        shares /= shares.sum(axis=0)
        weights = (shares @ importance + EQUAL / members) / (importance.sum() + EQUAL)

    return weights


def weights_of_values(predicted: Values, y: Values) -> Values:
    r"""Returns the weights with the least squared error of the mean prediction, with shape (M,).

    They minimize :math:`\sum_i (y_i - \sum_m w_m f_m(x_i))^2 + \kappa s^2 \sum_m (w_m - 1 / M)^2` over weights that
    are at least 0 and sum to 1, with `EQUAL_OF_VALUES` as
    :math:`\kappa` and the mean variance :math:`s^2` among members.

    Arguments:
        predicted: The prediction of each label by each member, with shape (M, N).
        y: The labels, with shape (N,).
    """

    from scipy.optimize import nnls

    members = len(predicted)
    equal = np.sqrt(EQUAL_OF_VALUES * predicted.var(axis=0).mean())
    # So heavy that the sum is 1 to many digits.
    sure = 1e4 * max(equal, np.abs(predicted).max(), 1e-12)
    left = np.concatenate([predicted.T, equal * np.eye(members), np.full((1, members), sure)])
    right = np.concatenate([y, np.full(members, equal / members), [sure]])
    weights = nnls(left, right)[0]

    return weights / weights.sum()
