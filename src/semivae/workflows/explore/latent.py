r"""Points of a latent space: rows decoded from them, the effect of each unit, and how usual a place is."""

from __future__ import annotations

__all__ = ["Surroundings", "by_label", "decoded", "effects", "features", "outliers"]

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils.validation import _num_samples

if TYPE_CHECKING:
    from semivae.fitted import Fitted

Values = NDArray[np.float64]

# The neighbors whose distance says how usual a place is.
NEIGHBORS = 5

# The most rows that a place is compared with.
SAMPLE = 5_000

# Rows from whose latents each unit is moved, and how far, in deviations.
BASES, FAR = 8, 2.0

# Rows whose density is estimated at once: more take no less time each, but memory.
BLOCK = 250


def decoded(estimator: Fitted, z: Values, label: Any = None) -> Any:
    r"""Returns the rows of latents, in the container of the rows of the fit.

    Arguments:
        estimator: The model.
        z: The latents, with shape (N, D).
        label: The label of all rows, where the decoder takes one.
    """

    return estimator.inverse_transform(z) if label is None else estimator.inverse_transform(z, label)


def by_label(estimator: Fitted, z: Values, labels: list[Any]) -> bool:
    """Whether the decoder gives other rows for other labels at the same latents; takes two labels or more."""

    if len(labels) < 2:
        return False

    try:
        one, two = (features(estimator, decoded(estimator, z, label)) for label in labels[:2])
    except ValueError:
        return False  # several targets need a label each

    return not np.allclose(one, two)


def features(estimator: Fitted, X: Any) -> Values:
    """Returns rows as plain numbers, with shape (N, F)."""

    from semivae.fitted import Trained

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)

        if isinstance(estimator, Trained):
            found: Any = estimator.features(X)

            return found.toarray() if issparse(found) else found

    return np.asarray(X, dtype=float).reshape(len(X), -1)


def effects(estimator: Fitted, z: Values, seed: int = 0) -> Values:
    r"""Returns how much each unit of a latent changes decoded rows, with shape (D,).

    It is the root of the mean squared difference between rows decoded two deviations below and above a row's own
    latent, in the numbers that a network reads.

    Arguments:
        estimator: The model.
        z: The latents of rows, with shape (N, D).
        seed: The seed of the rows that are moved.
    """

    base = z[np.random.default_rng(seed).permutation(len(z))[:BASES]]
    units, far = z.shape[1], FAR * z.std(axis=0)
    moves = np.eye(units) * far
    low, high = ((base[None] + sign * moves[:, None]).reshape(-1, units) for sign in (-1, 1))
    change = features(estimator, decoded(estimator, high)) - features(estimator, decoded(estimator, low))

    return np.sqrt(np.square(change).mean(axis=1).reshape(units, len(base)).mean(axis=1))


def outliers(estimator: Fitted, X: Any) -> Iterator[Values]:
    """Yields the outlier scores of rows, block by block, so that a person need not wait for all of them."""

    from sklearn.utils import _safe_indexing

    for start in range(0, _num_samples(X), BLOCK):
        yield estimator.outlier_score(_safe_indexing(X, slice(start, start + BLOCK)))


@dataclass
class Surroundings:
    r"""Says how usual places in a latent space are, by their distance to the nearest rows.

    Arguments:
        z: The latents of rows, with shape (N, D).
        seed: The seed of the rows that places are compared with.
    """

    z: Values
    seed: int = 0
    near: Any = field(init=False)
    usual: Values = field(init=False)

    def __post_init__(self) -> None:
        from scipy.spatial import KDTree

        sample = self.z[np.random.default_rng(self.seed).permutation(len(self.z))[:SAMPLE]]
        k = min(NEIGHBORS, len(sample) - 1)
        self.near = KDTree(sample)
        # The nearest row of a row is itself.
        self.usual = np.sort(np.atleast_2d(self.near.query(sample, k=[k + 1])[0]).ravel()) if k else np.zeros(1)

    def share(self, z: Values) -> Values:
        """Returns the share of rows that lie farther from their neighbors than each place does, with shape (M,)."""

        k = min(NEIGHBORS, len(self.usual))
        distance = self.near.query(z, k=[k])[0].ravel()

        return 1 - np.searchsorted(self.usual, distance) / len(self.usual)
