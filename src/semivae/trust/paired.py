r"""The difference between two methods on held-out labels: an interval and a test.

In a cross-validation each label is a test once, and part of the training in all other folds. Differences of rows are
then not independent, and an interval that treats them so is too short. As Nadeau and Bengio do for a single split, the
variance of the mean of :math:`N` differences is multiplied by one more than the ratio of test to training labels:

.. math:: \operatorname{Var}(\bar d) = \frac{s^2}{N} \left(1 + \frac{N_\text{test}}{N_\text{train}}\right)

`benchmarks/verdicts.py` simulates how often this is wrong, and how often it finds a true gain.

References:
    | Inference for the Generalization Error (Nadeau and Bengio, 2003)
    | https://doi.org/10.1023/A:1024068626366

    | Note on the Sampling Error of the Difference Between Correlated Proportions (McNemar, 1947)
    | https://doi.org/10.1007/BF02295996
"""

from __future__ import annotations

__all__ = ["LEVEL", "corrected", "direction", "mcnemar"]

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# The chance of a wrong verdict on methods that are equally good.
LEVEL = 0.05


def corrected(differences: Values, ratio: float) -> tuple[float, float]:
    r"""Returns the ends of a 95 % interval of the mean of paired differences of a cross-validation.

    Arguments:
        differences: The difference of each row, with shape (N,).
        ratio: The test labels of a fold per training label.
    """

    from scipy.special import stdtrit

    rows = len(differences)
    error = np.sqrt(differences.var(ddof=1) / rows * (1 + ratio))
    mean, reach = differences.mean(), stdtrit(rows - 1, 1 - LEVEL / 2) * error

    return float(mean - reach), float(mean + reach)


def mcnemar(differences: Values) -> float:
    """Returns the p value of McNemar's exact test for differences of right (1) and wrong (0), with shape (N,)."""

    from scipy.stats import binomtest

    better, worse = int((differences > 0).sum()), int((differences < 0).sum())

    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0


def direction(interval: tuple[float, float], p_value: float | None) -> int:
    r"""Returns 1 for a gain, -1 for a loss, and 0 if neither can be stated.

    Arguments:
        interval: The interval of the difference.
        p_value: The p value of McNemar's test, which can only take a verdict back; None for a number.
    """

    low, high = interval

    if p_value is not None and p_value > LEVEL:
        return 0

    return int(low > 0) - int(high < 0)
