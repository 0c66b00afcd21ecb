r"""Metrics of class probabilities, each with its interval.

A true class that the model does not know has the code -1. No prediction of such a row is right.
"""

from __future__ import annotations

__all__ = ["classification", "coded"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Average, Share
from semivae.evaluation.registry import measure, metric

Codes = NDArray[np.int64]
Values = NDArray[np.float64]

NO_NUMBER = float("nan")


def classification(y: NDArray[Any], probabilities: Values, classes: NDArray[Any]) -> dict[str, float]:
    r"""Returns every metric of predicted classes, by name.

    Arguments:
        y: The true classes, with shape (N,).
        probabilities: The probability of each class, with shape (N, C).
        classes: The classes, with shape (C,); a true class may be none of them.
    """

    return measure("classes", coded(y, classes), probabilities)


def coded(y: NDArray[Any], classes: NDArray[Any]) -> Codes:
    """Returns the position of each true class among the classes, -1 for another one, with shape (N,)."""

    same = np.asarray(y)[:, None] == np.asarray(classes)

    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


@metric("accuracy", "classes", "higher", "share of rows whose most probable class is the true one", 1, "share", (0, 1))
def accuracy(codes: Codes, probabilities: Values) -> float:
    r"""Returns the accuracy.

    .. math:: \frac{1}{N} \sum_n [\hat y_n = y_n]

    References:
        | A systematic analysis of performance measures for classification tasks (Sokolova and Lapalme, 2009)
        | https://doi.org/10.1016/j.ipm.2009.03.002
    """

    return Share(probabilities.argmax(axis=1) == codes)


@metric("balanced_accuracy", "classes", "higher", "mean over true classes of the share found", 1, "share", (0, 1))
def balanced_accuracy(codes: Codes, probabilities: Values) -> float:
    r"""Returns the mean recall of the classes that occur; one that the model does not know has a recall of 0.

    .. math:: \frac{1}{C} \sum_c \frac{\sum_n [\hat y_n = y_n = c]}{\sum_n [y_n = c]}

    References:
        | The Balanced Accuracy and Its Posterior Distribution (Brodersen et al., 2010)
        | https://doi.org/10.1109/ICPR.2010.764
    """

    def mean_recall(means: Values) -> Values:
        hits, true, _ = np.split(means, 3, axis=1)

        return mean_of_known(hits, true, true > 0)

    return Average(counts(codes, probabilities), mean_recall)


@metric("macro_f1", "classes", "higher", "mean over classes of the F1 score", 1, "share", (0, 1))
def macro_f1(codes: Codes, probabilities: Values) -> float:
    r"""Returns the mean F1 score of the classes that occur or are predicted.

    .. math:: \frac{1}{C} \sum_c \frac{2 \sum_n [\hat y_n = y_n = c]}{\sum_n [y_n = c] + \sum_n [\hat y_n = c]}

    References:
        | Macro F1 and Macro F1 (Opitz and Burst, 2019)
        | https://arxiv.org/abs/1911.03347
    """

    def mean_score(means: Values) -> Values:
        hits, true, predicted = np.split(means, 3, axis=1)

        return mean_of_known(2 * hits, true + predicted, true + predicted > 0)

    return Average(counts(codes, probabilities), mean_score)


@metric("auc", "classes", "higher", "mean over classes of the area under the ROC curve", 2, "share", (0, 1))
def auc(codes: Codes, probabilities: Values) -> float:
    r"""Returns the area under the ROC curve, one class against the rest, averaged over classes.

    It is the probability that a row of the class gets a higher probability of it than another row; ties count half.

    .. math:: \frac{1}{C} \sum_c P(q_c(x) > q_c(x') \mid y = c, y' \ne c)

    Classes of no row, or of all rows, are left out; NaN if none is left. The terms of its interval are those of DeLong.

    References:
        | The Meaning and Use of the Area under a Receiver Operating Characteristic Curve (Hanley and McNeil, 1982)
        | https://doi.org/10.1148/radiology.143.1.7063747

        | Comparing the Areas under Two or More Correlated ROC Curves (DeLong et al., 1988)
        | https://doi.org/10.2307/2531595
    """

    members = codes[:, None] == np.arange(probabilities.shape[1])
    shown = members.any(axis=0) & ~members.all(axis=0)
    areas = [placements(members[:, code], probabilities[:, code]) for code in np.flatnonzero(shown)]

    return Average(np.mean(areas, axis=0)) if areas else NO_NUMBER


def placements(member: NDArray[np.bool_], score: Values) -> Values:
    r"""Returns terms whose mean is the area under the ROC curve, with shape (N,).

    They are the area plus its influence function: the placement of each row among the rows of the other side.
    """

    from scipy.stats import rankdata

    ranks, terms = rankdata(score), np.empty(len(score))

    for side, sign in ((member, 1), (~member, -1)):
        others = len(side) - side.sum()
        placed = (ranks[side] - rankdata(score[side])) / others
        terms[side] = placed if sign > 0 else 1 - placed

    area = terms[member].mean()
    share = np.where(member, member.mean(), 1 - member.mean())

    return area + (terms - area) / share


@metric("log_loss", "classes", "lower", "mean of minus the log-probability of the true class", 1, "nats", (0, np.inf))
def log_loss(codes: Codes, probabilities: Values) -> float:
    r"""Returns the log loss; a probability of 0 counts as the smallest number above it.

    .. math:: - \frac{1}{N} \sum_n \log q(y_n \mid x_n)

    References:
        | Rational Decisions (Good, 1952)
        | https://doi.org/10.1111/j.2517-6161.1952.tb00104.x
    """

    given = np.where(codes < 0, 0.0, probabilities[np.arange(len(codes)), codes])

    return Average(-np.log(given.clip(np.finfo(float).tiny, 1)))


@metric("brier", "classes", "lower", "mean squared error of the probabilities, summed over classes", 1, "", (0, 2))
def brier(codes: Codes, probabilities: Values) -> float:
    r"""Returns the Brier score in its first form, which sums over all classes: two classes give twice the usual score.

    .. math:: \frac{1}{N} \sum_n \sum_c (q(c \mid x_n) - [y_n = c])^2

    References:
        | Verification of Forecasts Expressed in Terms of Probability (Brier, 1950)
        | https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
    """

    errors = probabilities - (codes[:, None] == np.arange(probabilities.shape[1]))

    return Average(np.square(errors).sum(axis=1) + (codes < 0))


def counts(codes: Codes, probabilities: Values) -> Values:
    """Returns for each row and class whether it is found, true and predicted, with shape (N, 3 * (C + 1)).

    The last class is the one that the model does not know.
    """

    every = np.arange(probabilities.shape[1] + 1)
    true = np.where(codes < 0, every[-1], codes)[:, None] == every
    predicted = probabilities.argmax(axis=1)[:, None] == every

    return np.concatenate([true & predicted, true, predicted], axis=1).astype(np.float64)


def mean_of_known(above: Values, below: Values, known: NDArray[np.bool_]) -> Values:
    """Returns the mean over the known classes of a ratio, with shape (R,)."""

    return np.where(known, above / np.where(known, below, 1.0), 0.0).sum(axis=1) / known.sum(axis=1)
