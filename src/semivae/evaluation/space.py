r"""How good a latent is: what a plain method reads from it, how many units are in use, and whether the prior covers it.

The aggregated posterior :math:`q(z) = \mathbb{E}_x[q(z \mid x)]` should be the prior: where it is not, samples come
from latents that no row has.
"""

from __future__ import annotations

__all__ = ["linear_probe", "neighbor_probe"]

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from semivae.evaluation.registry import metric

Values = NDArray[np.float64]

# A unit whose posterior mean varies less is not in use.
ACTIVE = 0.01
NEIGHBORS = 5

# The share of the largest deviation below which a unit is constant.
ROUNDING = 1e-9


@metric("active_units", "latents", "higher", "units whose posterior mean varies between rows", 1, "units", (0, np.inf))
def active_units(means: Values) -> float:
    r"""Returns the number of units with a variance of the posterior mean above 0.01, given means of shape (N, D).

    .. math:: \sum_j [\mathrm{Var}_n(\mu_{nj}) > 0.01]

    References:
        | Importance Weighted Autoencoders (Burda et al., 2015)
        | https://arxiv.org/abs/1509.00519
    """

    return float((means.var(axis=0) > ACTIVE).sum())


@metric(
    "prior_distance",
    "prior",
    "lower",
    "energy distance of the aggregated posterior and the prior, 0 to 1",
    1,
    "share",
    (0, 1),
)
def prior_distance(posterior: Values, prior: Values) -> float:
    r"""Returns the energy distance of draws from q(z) and from p(z), each with shape (N, D), over its largest value.

    .. math:: \frac{2 \mathbb{E} \lVert u - v \rVert - \mathbb{E} \lVert u - u' \rVert -
        \mathbb{E} \lVert v - v' \rVert}{2 \mathbb{E} \lVert u - v \rVert}, \qquad
        u, u' \sim q(z), \quad v, v' \sim p(z)

    It is zero only if both are the same, needs no training, and sees every moment.

    References:
        | Energy distance (Rizzo and Szekely, 2016)
        | https://doi.org/10.1002/wics.1375
    """

    between = 2 * cdist(posterior, prior).mean()
    within = cdist(posterior, posterior).mean() + cdist(prior, prior).mean()

    return float(1 - within / between) if between > 0 else 0.0


def linear_probe(z: Values, y: NDArray[Any], test: Values, test_y: NDArray[Any], numeric: bool = False) -> float:
    r"""Returns the accuracy, or :math:`R^2`, of a linear method on standardized latents.

    Arguments:
        z: Latents of training rows, with shape (N, D).
        y: Their labels, with shape (N,).
        test: Latents of held-out rows, with shape (M, D).
        test_y: Their labels, with shape (M,).
        numeric: Whether labels are numbers.
    """

    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    method = RidgeCV(np.logspace(-3, 3, 13)) if numeric else LogisticRegression(max_iter=1000)
    # A unit that only rounding moves would be blown up.
    deviation = z.std(axis=0)
    used = deviation >= ROUNDING * deviation.max(initial=0.0)
    z, test = z[:, used], test[:, used]

    return scored(make_pipeline(StandardScaler(), method), z, y, test, test_y)


def neighbor_probe(z: Values, y: NDArray[Any], test: Values, test_y: NDArray[Any], numeric: bool = False) -> float:
    """Returns the accuracy, or :math:`R^2`, of the five nearest neighbors; the arguments are as for a linear probe.

    Nearer neighbors weigh more, because a class may have fewer than five labels. Latents are not standardized: a unit
    that is not in use would count as much as others.
    """

    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    method = (KNeighborsRegressor if numeric else KNeighborsClassifier)(min(NEIGHBORS, len(z)), weights="distance")

    return scored(method, z, y, test, test_y)


def scored(method: Any, z: Values, y: NDArray[Any], test: Values, test_y: NDArray[Any]) -> float:
    """Returns the score of a method on held-out rows; NaN if there are fewer than two labels to learn from."""

    return float(method.fit(z, y).score(test, test_y)) if len(np.unique(y)) > 1 else float("nan")
