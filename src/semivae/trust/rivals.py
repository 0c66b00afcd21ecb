r"""Simple alternatives to a model, on the same labels and plain features."""

from __future__ import annotations

__all__ = ["Rival", "rivals"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, clone

# A graph over all rows takes memory and time quadratic in their number.
MOST_UNLABELED = 6000

NEIGHBORS = 7

TREES = 100

# The components of sparse rows.
COMPONENTS = 50


@dataclass(frozen=True)
class Rival:
    r"""Creates a rival.

    Arguments:
        name: Its name in a table.
        method: A scikit-learn estimator.
        unlabeled: Whether it learns from unlabeled rows too.
        near: Whether it measures distances, which say little between sparse rows: it gets their principal components.
    """

    name: str
    method: BaseEstimator
    unlabeled: bool = False
    near: bool = False

    def predict(self, features: Any, y: NDArray[Any], known: NDArray[np.bool_], new: Any) -> NDArray[Any]:
        r"""Learns, and predicts new rows.

        Arguments:
            features: The features of the rows to learn from, with shape (N, F), dense or sparse.
            y: Their codes or values, with shape (N,); meaningless where unknown.
            known: Whether the label of a row is known, with shape (N,).
            new: The features of the rows to predict, with shape (M, F).

        Returns:
            Their codes or values, with shape (M,).
        """

        rows = np.flatnonzero(known)

        if self.unlabeled:
            rows = np.concatenate([rows, np.flatnonzero(~known)[:MOST_UNLABELED]])

        method: Any = clone(self.method)

        if self.near and issparse(features):
            features, new = reduced(features, new)

        # Label spreading divides by zero where no label reaches a row.
        with np.errstate(invalid="ignore"):
            return method.fit(features[rows], y[rows]).predict(new)


def reduced(features: Any, new: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns sparse rows, and new ones, as components of the first, which hold most of their variance."""

    from sklearn.decomposition import TruncatedSVD

    components = min(COMPONENTS, min(features.shape) - 1)

    if components < 1:
        return features.toarray(), new.toarray()

    reduction = TruncatedSVD(components, random_state=0).fit(features)

    return reduction.transform(features), reduction.transform(new)


def rivals(classes: bool, labels: int) -> list[Rival]:
    r"""Returns the rivals of a classifier or of a regressor.

    Arguments:
        classes: Whether the target is a class.
        labels: The number of labels to learn from.
    """

    # A saved model is loaded without them.
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.semi_supervised import LabelSpreading

    near = min(NEIGHBORS, labels)

    if classes:
        return [
            Rival("majority class", DummyClassifier()),
            Rival("random forest", RandomForestClassifier(TREES, random_state=0)),
            Rival("logistic regression", LogisticRegression(max_iter=2000)),
            Rival("label spreading", LabelSpreading(kernel="knn", n_neighbors=near), unlabeled=True, near=True),
        ]

    return [
        Rival("mean", DummyRegressor()),
        Rival("random forest", RandomForestRegressor(TREES, random_state=0)),
        Rival("ridge regression", RidgeCV(np.logspace(-3, 3, 13))),
        Rival("nearest neighbors", KNeighborsRegressor(near), near=True),
    ]
