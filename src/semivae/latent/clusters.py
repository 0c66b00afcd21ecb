r"""Clusters of latents: their number by the Bayesian information criterion, and their agreement with known classes."""

from __future__ import annotations

__all__ = ["Clusters", "cluster"]

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semivae.errors import SettingError
from semivae.evaluation.clusters import cluster_ari, cluster_nmi, clusters
from semivae.latent.mixtures import mixture

Values = NDArray[np.float64]

# Rows that the number of clusters is found on.
ROWS = 5_000


@dataclass(frozen=True, eq=False)
class Clusters:
    r"""The clusters of rows.

    Attributes:
        codes: The cluster of each row, the largest one first, with shape (N,).
        certainty: The probability of the cluster of each row; NaN for k-means, with shape (N,).
        count: The number of clusters.
    """

    codes: NDArray[np.int64]
    certainty: Values
    count: int

    def agreement(self, classes: NDArray[Any], known: NDArray[np.bool_]) -> dict[str, float]:
        r"""Returns normalized mutual information and adjusted Rand index with known classes; empty without any.

        Arguments:
            classes: The classes, with shape (N,).
            known: Whether each is known, with shape (N,).
        """

        if not known.any():
            return {}

        pair = np.asarray(classes)[known].astype(str), self.codes[known]

        return {"nmi": float(cluster_nmi(*pair)), "ari": float(cluster_ari(*pair))}


def cluster(
    z: Values,
    count: int | None = None,
    method: Literal["mixture", "k-means"] = "mixture",
    most: int = 15,
    seed: int = 0,
) -> Clusters:
    r"""Finds clusters of latents.

    Arguments:
        z: The latents, with shape (N, D).
        count: The number of clusters; by the Bayesian information criterion of Gaussian mixtures if not given.
        method: A Gaussian mixture, or k-means.
        most: The largest number that is tried.
        seed: The seed of the starts of the mixture.

    Raises:
        SettingError: If there are fewer rows than clusters.
    """

    z = np.asarray(z, dtype=np.float64)

    if not 1 <= (count or 1) <= len(z):
        raise SettingError(f"count={count}", f"{len(z)} rows have 1 to {len(z)} clusters", "count=None")

    some = z[np.sort(np.random.default_rng(seed).permutation(len(z))[:ROWS])]
    tried = range(count, count + 1) if count else range(1, most + 1)

    if method == "mixture":
        found = mixture(some, tried, seed)
        codes, certainty = found.predict(z), found.predict_proba(z).max(axis=1)
    else:
        codes = clusters(z, count or mixture(some, tried, seed).n_components)
        certainty = np.full(len(z), np.nan)

    order = np.argsort(-np.bincount(codes, minlength=codes.max() + 1), kind="stable")

    return Clusters(np.argsort(order)[codes].astype(np.int64), certainty, len(np.unique(codes)))
