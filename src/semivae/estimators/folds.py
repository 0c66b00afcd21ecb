r"""Folds of partially labeled rows for scikit-learn's cross-validation: only labeled rows are tested."""

from __future__ import annotations

__all__ = ["LabeledKFold"]

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from semivae.data.labels.markers import as_column
from semivae.data.labels.tally import TargetTally
from semivae.errors import DataError, SettingError
from semivae.findings import known

Index = NDArray[np.int64]


class LabeledKFold(BaseEstimator):
    r"""Folds for `cross_val_score`, `GridSearchCV` and the like, which take it as their `cv`.

    Each labeled row is tested once, in folds stratified by class; unlabeled rows are in every training part.
    Given a number of folds instead, scikit-learn would test unlabeled rows and refuse NaN labels.

    Example:
        >>> cross_val_score(VAEClassifier(), X, y, cv=LabeledKFold(5))  # y holds NaN, None or -1 where unknown

    Arguments:
        n_splits: The number of folds.
        random_state: The random seed.
        missing_label: The values that mean unlabeled, as in the estimator.
    """

    def __init__(self, n_splits: int = 5, random_state: int = 0, missing_label: Any = None) -> None:
        self.n_splits = n_splits
        self.random_state = random_state
        self.missing_label = missing_label

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Returns the number of folds."""

        return self.n_splits

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Index, Index]]:
        r"""Yields the positions of the training rows and of the test rows of each fold.

        Arguments:
            X: The rows; not used.
            y: Their labels, with shape (N,).
            groups: Not used.

        Raises:
            DataError: If there are fewer labels of every class than folds.
            SettingError: If there are fewer than two folds.
        """

        from semivae.data.batches.split import (
            stratified_folds,  # scikit-learn's folds are slow to import
        )

        if self.n_splits < 2:
            raise SettingError(f"n_splits={self.n_splits}", "it must be at least 2", "n_splits=5")

        labels = labels_of(y, self.missing_label)
        mask = known(labels)
        labeled, unlabeled = np.flatnonzero(mask), np.flatnonzero(~mask)
        folds = stratified_folds(labels[mask], self.n_splits, self.random_state) or []

        if len(folds) < self.n_splits:
            raise DataError(
                f"the labels make {len(folds)} folds", f"{self.n_splits} were asked for", f"n_splits={len(folds) or 2}"
            )

        for train, test in folds:
            yield np.sort(np.r_[labeled[train], unlabeled]), labeled[test]


def labels_of(y: Any, missing_label: Any) -> NDArray[Any]:
    """Returns the codes of classes (-1 where unlabeled), or the values of a number (NaN where unlabeled)."""

    return TargetTally.of(as_column(y), "label", missing_label=missing_label).coded()
