r"""Intervals of scores on held-out labels, and of the difference between two methods.

In a cross-validation each label is a test once, and part of the training in all other folds. Differences of rows are
then not independent, and an interval that treats them so is too short. As Nadeau and Bengio do for one split, the
variance of the mean of N differences is multiplied by one more than the ratio of test to training labels:

.. math:: \operatorname{Var}(\bar d) = \frac{s^2}{N} \left(1 + \frac{N_\text{test}}{N_\text{train}}\right)

Reference:
    Nadeau and Bengio, Inference for the Generalization Error (2003), https://doi.org/10.1023/A:1024068626366
"""

from __future__ import annotations

__all__ = ["LEVEL", "bootstrap", "corrected", "mcnemar", "wilson"]

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Interval = tuple[float, float]

# The chance of a wrong verdict, where methods are equally good.
LEVEL = 0.05

RESAMPLES = 2000


def wilson(right: int, rows: int) -> Interval:
    r"""Returns the Wilson interval of a share; it stays between 0 and 1, and is not empty where all rows are right.

    Arguments:
        right: The number of right rows.
        rows: The number of rows.
    """

    from scipy.stats import binomtest

    found = binomtest(right, rows).proportion_ci(1 - LEVEL, method="wilson")

    return float(found.low), float(found.high)


def bootstrap(scores: Scores) -> Interval:
    """Returns the interval of the mean of scores with shape (N,), from resampled rows."""

    random = np.random.default_rng(0)
    means = scores[random.integers(len(scores), size=(RESAMPLES, len(scores)))].mean(axis=1)
    low, high = np.quantile(means, [LEVEL / 2, 1 - LEVEL / 2])

    return float(low), float(high)


def corrected(differences: Scores, ratio: float) -> Interval:
    r"""Returns the interval of the mean of paired differences of a cross-validation.

    Arguments:
        differences: The difference of each row, with shape (N,).
        ratio: The test labels of a fold per training label.
    """

    from scipy.special import stdtrit

    rows = len(differences)
    error = np.sqrt(differences.var(ddof=1) / rows * (1 + ratio))
    mean, reach = differences.mean(), stdtrit(rows - 1, 1 - LEVEL / 2) * error

    return float(mean - reach), float(mean + reach)


def mcnemar(differences: Scores) -> float:
    """Returns the p value of McNemar's exact test for differences of right (1) and wrong (0), with shape (N,)."""

    from scipy.stats import binomtest

    better, worse = int((differences > 0).sum()), int((differences < 0).sum())

    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0
