r"""The shares of the classes among unlabeled rows, where labels were not drawn at random.

People often label as many rows of each class. Then labels do not show how frequent classes are, but predictions do:

.. math::
    r_{iy} \propto \frac{\pi_y}{\pi^0_y} \, p(y \mid x_i)
    \qquad
    \pi_y \leftarrow \kappa \, \pi^0_y + \frac{1 - \kappa}{N} \sum_i r_{iy}

with the shares :math:`\pi^0` of the labels, iterated from these. A part :math:`\kappa` of them stays in each estimate,
the more the more classes there are, so that a class that a weak classifier confuses with others does not vanish. Where
labels were drawn at random, :math:`\pi^0` is the better estimate, as no classifier is perfect. So it stays unless
predictions of held-out labeled rows and those of unlabeled rows differ in their means by more than chance. Both are by
the same fits: with few labels, one fit prefers other classes than the next.

References:
    | Adjusting the Outputs of a Classifier to New a Priori Probabilities (Saerens et al., 2002)
    | https://doi.org/10.1162/089976602753284446

    | Detecting and Correcting for Label Shift with Black Box Predictors (Lipton et al., 2018), for the test
    | https://arxiv.org/abs/1802.03916
"""

from __future__ import annotations

__all__ = ["adjusted", "shares_of", "shifted"]

import numpy as np
from numpy.typing import NDArray

# The probability to see a difference where labels were drawn at random. As many labels of each class are by themselves
# a sign that rows were chosen.
CHANCE, CHANCE_IF_EVEN = 0.005, 0.1

# The part kappa for each class but one, and the number of iterations.
KEPT, STEPS = 0.01, 300

Values = NDArray[np.float64]


def shifted(labeled: Values, usual: Values, unlabeled: Values, counts: NDArray[np.int64]) -> bool:
    r"""Whether predictions of labeled and of unlabeled rows differ in their means by more than chance.

    Arguments:
        labeled: The class probabilities of labeled rows, by fits that did not see their labels, with shape (L, C).
        usual: The mean class probabilities of unlabeled rows by the same fits, with shape (L, C).
        unlabeled: The class probabilities of unlabeled rows, with shape (N, C).
        counts: The number of labels of each class, with shape (C,).
    """

    from scipy.stats import chi2

    if min(len(labeled), len(unlabeled)) < 2:
        return False

    # The last class follows from the others.
    one, other = (labeled - usual)[:, :-1], unlabeled[:, :-1]
    difference = one.mean(axis=0)
    spread = np.atleast_2d(np.cov(one.T)) / len(one) + np.atleast_2d(np.cov(other.T)) / len(other)
    statistic = difference @ np.linalg.pinv(spread, rcond=1e-6, hermitian=True) @ difference

    even = counts.max() - counts.min() <= 1

    return bool(chi2.sf(statistic, len(difference)) < (CHANCE_IF_EVEN if even else CHANCE))


def shares_of(unlabeled: Values, before: Values) -> Values:
    r"""Returns the shares of the classes among unlabeled rows, with shape (C,).

    Arguments:
        unlabeled: Their calibrated class probabilities, with shape (N, C).
        before: The shares of the classes among the labels, with shape (C,).
    """

    found, kept = before, min(1.0, KEPT * (len(before) - 1))

    for _ in range(STEPS):
        found = kept * before + (1 - kept) * adjusted(unlabeled, before, found).mean(axis=0)

    return found


def adjusted(probabilities: Values, before: Values, after: Values) -> Values:
    r"""Returns class probabilities under other shares of the classes, with shape (N, C).

    Arguments:
        probabilities: The probabilities, with shape (N, C).
        before: The shares of the classes that they rest on, with shape (C,).
        after: The other shares, with shape (C,).
    """

    found = probabilities * (after / before)

    return found / found.sum(axis=1, keepdims=True)
