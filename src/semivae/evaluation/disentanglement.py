r"""Whether each unit of a latent is one known factor of the rows, by the gap between its best and its second best unit.

Factors are codes or numbers, such as the shape, scale and place of an object. The scores of votes are in
:mod:`semivae.evaluation.votes`, the scores of importances in :mod:`semivae.evaluation.importances`.
"""

from __future__ import annotations

__all__ = ["mig", "sap"]

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.registry import metric

Values = NDArray[np.float64]

BINS = 20


@metric("mig", "factors", "higher", "gap of information on a factor between its best two units", 2, "share", (0, 1))
def mig(z: Values, factors: Values) -> float:
    r"""Returns the mutual information gap, averaged over factors that vary; NaN if none does.

    .. math:: \frac{1}{K} \sum_k \frac{I(z_{j_k}; v_k) - \max_{j \ne j_k} I(z_j; v_k)}{H(v_k)}, \qquad
        j_k = \arg\max_j I(z_j; v_k)

    Units are cut into 20 bins of equal width. A latent of one unit has no second: its gap is all of its information.

    Arguments:
        z: The latents, with shape (N, D).
        factors: The true factors, with shape (N, K), each of few values.

    References:
        | Isolating Sources of Disentanglement in Variational Autoencoders (Chen et al., 2018)
        | https://arxiv.org/abs/1802.04942
    """

    shared, entropies = information(z, factors)
    varies = entropies > 0

    return mean_gap(shared[:, varies] / entropies[varies])


@metric(
    "sap", "factors", "higher", "gap of the variance of a factor explained by its best two units", 2, "share", (0, 1)
)
def sap(z: Values, factors: Values) -> float:
    r"""Returns the separated attribute predictability, averaged over factors that vary; NaN if none does.

    .. math:: \frac{1}{K} \sum_k r_{j_k k}^2 - \max_{j \ne j_k} r_{j k}^2, \qquad
        r_{jk} = \mathrm{Corr}(z_j, v_k)

    It is the score for factors with an order. The paper has another one, of classifiers, for factors without.

    Arguments:
        z: The latents, with shape (N, D).
        factors: The true factors, with shape (N, K), as numbers.

    References:
        | Variational Inference of Disentangled Latent Concepts from Unlabeled Observations (Kumar et al., 2017)
        | https://arxiv.org/abs/1711.00848
    """

    units, truth = (standardized(np.asarray(part, dtype=np.float64)) for part in (z, factors))

    return mean_gap(np.square(units.T @ truth[:, truth.any(axis=0)] / len(z)))


def information(z: Values, factors: Values) -> tuple[Values, Values]:
    """Returns the mutual information of units and factors, with shape (D, K), and the entropies of factors, in nats."""

    from sklearn.metrics import mutual_info_score

    bins, values = [binned(unit) for unit in z.T], [np.unique(one, return_inverse=True)[1] for one in factors.T]
    shared = [[mutual_info_score(one, unit) for one in values] for unit in bins]

    return np.array(shared).reshape(z.shape[1], -1), np.array([mutual_info_score(one, one) for one in values])


def binned(unit: Values) -> NDArray[np.int64]:
    """Returns the bin of each value of a unit, with shape (N,)."""

    return np.digitize(unit, np.histogram_bin_edges(unit, BINS)[1:-1])


def standardized(values: Values) -> Values:
    """Returns columns with mean 0 and deviation 1; a column that does not vary is 0."""

    deviation = values.std(axis=0)

    return np.where(deviation > 1e-12, (values - values.mean(axis=0)) / np.where(deviation > 1e-12, deviation, 1), 0)


def mean_gap(scores: Values) -> float:
    """Returns the mean over factors of the gap between the two best units, given scores of shape (D, K)."""

    if not scores.size:
        return float("nan")

    ordered = np.sort(np.concatenate([np.zeros((1, scores.shape[1])), scores]), axis=0)

    return float((ordered[-1] - ordered[-2]).mean())
