r"""An outlier detector with the conventions of pyod: raw scores, a share of outliers, and labels 0 and 1."""

from __future__ import annotations

__all__ = ["OutlierDetector"]

from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from semivae.errors import SettingError
from semivae.estimators.embedding import VAEEmbedding


class OutlierDetector(BaseEstimator):
    r"""Finds outliers with the methods of a pyod detector.

    Arguments:
        contamination: The share of outliers among the rows of the fit, more than 0 and at most 0.5.
        estimator: An unfitted :class:`VAEEmbedding`; None takes one with default parameters.
        method: The score, as :meth:`VAEEmbedding.outlier_scores` has it.

    Attributes:
        estimator_: The fitted estimator.
        decision_scores_: The scores of the rows of the fit, with shape (N,).
        threshold_: The score from which on a row is an outlier.
        labels_: 1 for outliers among the rows of the fit and 0 for others, with shape (N,).

    Example:
        >>> detector = OutlierDetector(contamination=0.05).fit(X)
        >>> detector.decision_function(X_new), detector.predict(X_new)
    """

    def __init__(self, contamination: float = 0.1, estimator: VAEEmbedding | None = None, method: str = "auto") -> None:
        self.contamination = contamination
        self.estimator = estimator
        self.method = method

    def fit(self, X: Any, y: Any = None) -> Self:
        r"""Fits the detector.

        Arguments:
            X: The rows.
            y: 1 for rows that are known outliers and 0 for others, with shape (N,); None if none is known.

        Raises:
            SettingError: If the contamination is no such share.
        """

        if not 0 < self.contamination <= 0.5:
            raise SettingError(
                f"contamination={self.contamination}", "a share more than 0 and at most 0.5", "contamination=0.1"
            )

        self.estimator_: VAEEmbedding = VAEEmbedding() if self.estimator is None else cast(Any, clone(self.estimator))
        self.estimator_.fit(X, outliers=y)
        self.decision_scores_ = self.decision_function(X)
        self.threshold_ = float(np.quantile(self.decision_scores_, 1 - self.contamination))
        self.labels_ = self._labels(self.decision_scores_)

        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Returns how unusual each row is, with shape (N,): higher is more unusual."""

        check_is_fitted(self, "estimator_")

        return self.estimator_.outlier_scores(X, self.method)

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Returns 1 for outliers and 0 for other rows, with shape (N,)."""

        return self._labels(self.decision_function(X))

    def fit_predict(self, X: Any, y: Any = None) -> NDArray[np.int64]:
        """Fits the detector, and returns the labels of its rows, with shape (N,)."""

        return self.fit(X, y).labels_

    def _labels(self, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        """Returns 1 for scores above the threshold and 0 for others."""

        return (scores > self.threshold_).astype(np.int64)
