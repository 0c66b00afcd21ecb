r"""The map: places of latents in two dimensions, and latents of places between them.

A latent of two dimensions is its own map. Others are projected: by their variance (principal components), so that
predicted classes lie apart (linear discriminants), or by neighborhoods (t-SNE). A new map is turned and mirrored onto
the one before, so that points glide and do not jump.
"""

from __future__ import annotations

__all__ = ["PROJECTIONS", "Places", "placed", "projections_for"]

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# Rows whose neighborhoods are kept; others are placed between them.
TSNE_ROWS = 3_000

# Rows on the map that a place between them is made of.
NEIGHBORS = 6

# Rows that a class needs for its spread.
FEWEST = 3

PROJECTIONS = {
    "latent": "the latent itself",
    "variance": "by variance (PCA)",
    "classes": "by predicted class (linear discriminants)",
    "neighbors": "by neighborhoods (t-SNE, takes a while)",
}


@dataclass(eq=False)
class Places:
    r"""A map.

    Arguments:
        name: The name of the projection.
        z: The latents, with shape (N, D).
        xy: Their places, with shape (N, 2).
    """

    name: str
    z: Values
    xy: Values
    near: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from scipy.spatial import KDTree

        self.near = KDTree(self.xy)

    def latents(self, places: Values) -> Values:
        r"""Returns a latent for each place, with shape (M, D).

        It is the mean of the latents of the nearest rows, weighted by their nearness: at a row it is its own latent.
        A map that is the latent itself needs no neighbors.
        """

        if self.name == "latent":
            return places[:, : self.z.shape[1]]

        distance, rows = self.near.query(places, k=min(NEIGHBORS, len(self.xy)))
        distance, rows = distance.reshape(len(places), -1), rows.reshape(len(places), -1)
        weight = 1 / np.maximum(distance, 1e-9) ** 2
        weight /= weight.sum(axis=1, keepdims=True)

        return (weight[..., None] * self.z[rows]).sum(axis=1)

    def of(self, z: Values) -> Values:
        """Returns the place of each latent, with shape (M, 2): the weighted mean of those of its nearest rows."""

        if self.name == "latent" and self.z.shape[1] == 2:
            return z

        return np.stack([self.place(one) for one in z])

    def place(self, z: Values) -> Values:
        """Returns the place of a latent, with shape (2,)."""

        distance = np.square(self.z - z).sum(axis=1)
        rows = np.argpartition(distance, min(NEIGHBORS, len(distance) - 1))[:NEIGHBORS]
        weight = 1 / np.maximum(distance[rows], 1e-12)

        return weight @ self.xy[rows] / weight.sum()


def projections_for(z: Values, codes: NDArray[Any] | None) -> list[str]:
    r"""Returns the names of the projections of latents.

    Arguments:
        z: The latents, with shape (N, D).
        codes: Codes of predicted classes, with shape (N,); None without classes.
    """

    if z.shape[1] <= 2:
        return ["latent"]

    apart = codes is not None and len(frequent(codes)) > 2

    return [*(["classes"] if apart else []), "variance", "neighbors"]


def placed(name: str, z: Values, codes: NDArray[Any] | None = None, before: Values | None = None) -> Places:
    r"""Makes a map.

    Arguments:
        name: The name of the projection.
        z: The latents, with shape (N, D).
        codes: Codes of predicted classes, with shape (N,), for "classes".
        before: The places on the map before, with shape (N, 2), if there was one.
    """

    if name == "latent":
        return Places(name, z, with_height(z))

    match name:
        case "classes":
            xy = discriminants(z, codes)
        case "neighbors":
            xy = neighborhoods(z)
        case _:
            xy = components(z)

    xy = (xy - xy.mean(axis=0)) / max(float(xy.std()), 1e-12)

    return Places(name, z, xy if before is None else turned(xy, before))


def with_height(z: Values) -> Values:
    """Returns latents as places; those of one unit get a height by chance, so that they do not hide each other."""

    if z.shape[1] == 2:
        return z

    return np.column_stack([z[:, 0], np.random.default_rng(0).normal(0, 0.3, len(z))])


def components(z: Values) -> Values:
    """Returns the first two principal components, with shape (N, 2)."""

    centered = z - z.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(centered.T))

    return centered @ vectors[:, :-3:-1]


def discriminants(z: Values, codes: Any) -> Values:
    """Returns the two directions that keep predicted classes apart, with shape (N, 2)."""

    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    some = np.isin(codes, frequent(codes))
    method = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.1, n_components=2)

    return method.fit(z[some], codes[some]).transform(z)


def frequent(codes: NDArray[Any]) -> NDArray[Any]:
    """Returns the classes that enough rows have to tell their spread."""

    found, counts = np.unique(codes, return_counts=True)

    return found[counts >= FEWEST]


def neighborhoods(z: Values) -> Values:
    """Returns places by t-SNE, with shape (N, 2); of many rows, some are placed and the others between them."""

    from sklearn.manifold import TSNE

    chosen = np.random.default_rng(0).permutation(len(z))[:TSNE_ROWS]
    found = TSNE(init="pca", random_state=0, perplexity=min(30, (len(chosen) - 1) / 3)).fit_transform(z[chosen])

    if len(chosen) == len(z):
        xy = np.empty_like(found)
        xy[chosen] = found

        return xy.astype(float)

    from sklearn.neighbors import KNeighborsRegressor

    return KNeighborsRegressor(5, weights="distance").fit(z[chosen], found).predict(z).astype(float)


def turned(xy: Values, before: Values) -> Values:
    """Returns places turned and mirrored onto those before, which is the orthogonal Procrustes problem."""

    if before.shape != xy.shape:
        return xy

    u, _, v = np.linalg.svd(xy.T @ (before - before.mean(axis=0)))

    return xy @ (u @ v)
