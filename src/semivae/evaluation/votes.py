r"""Whether a factor that is held fixed can be told from the latents of rows that share it.

Groups of rows share the value of one factor, and differ in all others. Both scores are the accuracy on new groups of a
simple method that names the factor. A latent without information names it by chance: :math:`1 / K`.
"""

from __future__ import annotations

__all__ = ["beta_vae_score", "factor_vae_score"]

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Share
from semivae.evaluation.registry import metric

Values = NDArray[np.float64]

# Groups to learn from, groups to be scored on, and pairs of rows of each group.
TRAIN, TEST, PAIRS = 500, 500, 32


@metric("beta_vae_score", "factors", "higher", "factors named by the mean change of units in pairs", 2, "share", (0, 1))
def beta_vae_score(z: Values, factors: Values) -> float:
    r"""Returns the accuracy of a linear classifier that reads mean changes of units, in pairs that share a factor.

    .. math:: k = \arg\max_k w_k^\top \left(\frac{1}{L} \sum_l \lvert z_l - z'_l \rvert\right), \qquad v_{lk} = v'_{lk}

    Arguments:
        z: The latents, with shape (N, D).
        factors: The true factors, with shape (N, K).

    References:
        | beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework (Higgins et al., 2017)
        | https://openreview.net/forum?id=Sy2fzU9gl
    """

    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    found = [(np.abs(one - other).mean(axis=0), factor) for one, other, factor in groups(z, factors)]

    if len({factor for _, factor in found}) < 2:
        return float("nan")

    changes, truth = (np.array(part) for part in zip(*found, strict=True))
    method = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))

    return Share(method.fit(changes[:TRAIN], truth[:TRAIN]).predict(changes[TRAIN:]) == truth[TRAIN:])


@metric(
    "factor_vae_score",
    "factors",
    "higher",
    "factors named by the unit that varies least in a group",
    2,
    "share",
    (0, 1),
)
def factor_vae_score(z: Values, factors: Values) -> float:
    r"""Returns the accuracy of a majority vote that reads which unit varies least in a group that shares a factor.

    .. math:: j = \arg\min_j \frac{\mathrm{Var}(z_j \mid v_k)}{\mathrm{Var}(z_j)}

    Units that do not vary at all are left out. The arguments are as for :func:`beta_vae_score`.

    References:
        | Disentangling by Factorising (Kim and Mnih, 2018)
        | https://arxiv.org/abs/1802.05983
    """

    spread = z.var(axis=0)
    z, spread = z[:, spread > 1e-12], spread[spread > 1e-12]

    if not z.shape[1]:
        return float("nan")

    found = [((np.concatenate(pair).var(axis=0) / spread).argmin(), k) for *pair, k in groups(z, factors)]

    if len({factor for _, factor in found}) < 2:
        return float("nan")

    units, truth = (np.array(part) for part in zip(*found, strict=True))
    votes = np.zeros((z.shape[1], factors.shape[1]))
    np.add.at(votes, (units[:TRAIN], truth[:TRAIN]), 1)

    return Share(votes.argmax(axis=1)[units[TRAIN:]] == truth[TRAIN:])


def groups(z: Values, factors: Values, seed: int = 0) -> Iterator[tuple[Values, Values, int]]:
    """Yields two sets of latents of rows that share a factor, each with shape (L, D), and the factor.

    Factors that do not vary are left out. In the two sets, rows that share a pair differ by chance alone.
    """

    random = np.random.default_rng(seed)
    values = [np.unique(one, return_inverse=True)[1] for one in factors.T]
    members = [[np.flatnonzero(one == value) for value in range(one.max() + 1)] for one in values]
    varied = [k for k, sets in enumerate(members) if len(sets) > 1]

    for _ in range(TRAIN + TEST if varied else 0):
        factor = int(random.choice(varied))
        sharing = members[factor][values[factor][random.integers(len(z))]]
        first, second = random.choice(sharing, (2, PAIRS))
        yield z[first], z[second], factor
