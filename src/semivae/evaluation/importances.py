r"""Which units a method needs to predict a factor: disentanglement, completeness and informativeness (DCI).

A random forest predicts each factor from all units. Its importances, which the first two scores read, say how much
each unit contributes.

References:
    | A Framework for the Quantitative Evaluation of Disentangled Representations (Eastwood and Williams, 2018)
    | https://openreview.net/forum?id=By-7dz-AZ
"""

from __future__ import annotations

__all__ = ["importances"]

import math

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.registry import enough, metric

Values = NDArray[np.float64]

ROWS = 20
TREES = 20


def importances(z: Values, factors: Values) -> tuple[Values, Values]:
    r"""Returns the importance of each unit for each factor, with shape (D, K), and the informativeness of the latent.

    The second, with shape (K,), is the share of the variance of each factor that the forest predicts on the half of the
    rows that it was not trained on, at least 0. The importances of a factor sum to 1, or to 0 if it does not vary.

    Arguments:
        z: The latents, with shape (N, D).
        factors: The true factors, with shape (N, K), as numbers.

    Raises:
        DataError: If there are fewer than 20 rows.
    """

    from sklearn.ensemble import RandomForestRegressor

    enough("importances", len(z), ROWS, "rows")
    order = np.random.default_rng(0).permutation(len(z))
    train, test = np.array_split(order, 2)
    forests = [RandomForestRegressor(TREES, random_state=0).fit(z[train], one[train]) for one in factors.T]
    scores = [forest.score(z[test], one[test]) for forest, one in zip(forests, factors.T, strict=True)]

    return np.stack([forest.feature_importances_ for forest in forests], axis=1), np.clip(scores, 0, 1)


@metric("dci_disentanglement", "importances", "higher", "units that matter for one factor each", 1, "share", (0, 1))
def dci_disentanglement(importance: Values, informativeness: Values) -> float:
    r"""Returns how far each unit matters for one factor alone, weighted by how much units matter.

    .. math:: \sum_j \rho_j \left(1 - H_K(P_{j \cdot})\right), \qquad P_{jk} = \frac{R_{jk}}{\sum_{k'} R_{jk'}}, \quad
        \rho_j = \frac{\sum_k R_{jk}}{\sum_{j' k} R_{j' k}}

    with entropies to the base K. NaN for one factor.

    References:
        | A Framework for the Quantitative Evaluation of Disentangled Representations (Eastwood and Williams, 2018)
        | https://openreview.net/forum?id=By-7dz-AZ
    """

    return concentration(importance)


@metric("dci_completeness", "importances", "higher", "factors for which one unit each matters", 1, "share", (0, 1))
def dci_completeness(importance: Values, informativeness: Values) -> float:
    r"""Returns how far one unit alone matters for each factor, averaged over factors.

    .. math:: \frac{1}{K} \sum_k \left(1 - H_D(\tilde P_{\cdot k})\right), \qquad
        \tilde P_{jk} = \frac{R_{jk}}{\sum_{j'} R_{j'k}}

    with entropies to the base D. NaN for one unit.

    References:
        | A Framework for the Quantitative Evaluation of Disentangled Representations (Eastwood and Williams, 2018)
        | https://openreview.net/forum?id=By-7dz-AZ
    """

    return concentration(importance.T)


@metric(
    "dci_informativeness", "importances", "higher", "share of the variance of factors predicted", 1, "share", (0, 1)
)
def dci_informativeness(importance: Values, informativeness: Values) -> float:
    r"""Returns the share of the variance of a factor that a method predicts from all units, averaged over factors.

    .. math:: \frac{1}{K} \sum_k \max(0, R_k^2)

    The paper has the error of the method, which is lower for better latents.

    References:
        | A Framework for the Quantitative Evaluation of Disentangled Representations (Eastwood and Williams, 2018)
        | https://openreview.net/forum?id=By-7dz-AZ
    """

    return float(informativeness.mean())


def concentration(weights: Values) -> float:
    """Returns 1 minus the normalized entropy of rows of weights, averaged by their sums; NaN for single weights."""

    from scipy.special import entr

    totals = weights.sum(axis=1)
    used = totals > 0

    if weights.shape[1] < 2 or not used.any():
        return float("nan")

    entropies = entr(weights[used] / totals[used, None]).sum(axis=1) / math.log(weights.shape[1])

    return float(np.average(1 - entropies, weights=totals[used]).clip(0, 1))
