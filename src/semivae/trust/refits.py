r"""Predictions of rows that were held out from a fit."""

from __future__ import annotations

__all__ = ["refit"]

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing

if TYPE_CHECKING:
    from semivae.fitted import Classifier, Regressor


def refit(
    model: Classifier | Regressor, X: Any, y: NDArray[Any], train: NDArray[np.int64], test: NDArray[np.int64]
) -> NDArray[np.float64]:
    r"""Fits a model to some rows and predicts others.

    Arguments:
        model: The estimator; a clone of it is fitted.
        X: The rows.
        y: Their codes (-1 where unlabeled) or values (NaN where unlabeled), with shape (N,).
        train: The positions of the rows to fit to.
        test: The positions of the rows to predict.

    Returns:
        Means and standard deviations of values, with shape (M, 2), or log-probabilities of all classes, with shape
        (M, C); minus infinity for a class that no row of the fit had.
    """

    with warnings.catch_warnings():
        # The fit of the model itself already warned about the data.
        warnings.simplefilter("ignore", UserWarning)

        fresh: Any = clone(model)
        fresh.fit(_safe_indexing(X, train), y[train])
        new = _safe_indexing(X, test)

        if y.dtype.kind == "f":
            return np.stack(fresh.predict(new, return_std=True), axis=1)

        logs = np.full((len(test), y.max() + 1), -np.inf)
        logs[:, fresh.classes_] = fresh.predict_log_proba(new)

        return logs
