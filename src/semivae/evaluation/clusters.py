r"""Whether the clusters of a latent are the classes, which no label was used to find."""

from __future__ import annotations

__all__ = ["clusters"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.registry import metric

Values = NDArray[np.float64]
Classes = NDArray[Any]


def clusters(z: Values, count: int) -> NDArray[np.int64]:
    r"""Returns the cluster of each row by k-means, with shape (N,).

    Arguments:
        z: The latents, with shape (N, D).
        count: The number of clusters, at most that of rows.
    """

    from sklearn.cluster import KMeans

    # The type that scikit-learn declares for this number is that of its default.
    starts: Any = 5

    return KMeans(min(count, len(z)), n_init=starts, random_state=0).fit_predict(z).astype(np.int64)


@metric(
    "cluster_nmi", "clusters", "higher", "mutual information of clusters and classes, normalized", 1, "share", (0, 1)
)
def cluster_nmi(classes: Classes, found: Classes) -> float:
    r"""Returns the normalized mutual information of clusters and classes: 1 if they are the same but for names.

    .. math:: \frac{2 I(c; y)}{H(c) + H(y)}

    With many clusters of few rows it is above 0 by chance; the adjusted Rand index is not.

    References:
        | Cluster Ensembles - A Knowledge Reuse Framework for Combining Multiple Partitions (Strehl and Ghosh, 2002)
        | https://jmlr.org/papers/v3/strehl02a.html
    """

    from sklearn.metrics import normalized_mutual_info_score

    return normalized_mutual_info_score(classes, found)


@metric("cluster_ari", "clusters", "higher", "Rand index of clusters and classes, 0 by chance", 1, "index", (-0.5, 1))
def cluster_ari(classes: Classes, found: Classes) -> float:
    r"""Returns the adjusted Rand index of clusters and classes: 1 if they are the same but for names, 0 by chance.

    .. math:: \frac{R - \mathbb{E}[R]}{1 - \mathbb{E}[R]}, \qquad
        R = P([c_n = c_m] = [y_n = y_m]), \quad n \ne m

    References:
        | Comparing Partitions (Hubert and Arabie, 1985)
        | https://doi.org/10.1007/BF01908075
    """

    from sklearn.metrics import adjusted_rand_score

    return adjusted_rand_score(classes, found)
