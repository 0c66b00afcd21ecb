r"""What a model says of rows that were held out from its fit."""

from __future__ import annotations

__all__ = ["chosen", "refit"]

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing


def refit(model: Any, X: Any, y: NDArray[Any], train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[Any]:
    r"""Fits a model to some rows and predicts others.

    Arguments:
        model: The estimator, of which a clone is fitted.
        X: The rows.
        y: Their codes (-1 where unlabeled) or values (NaN where unlabeled), with shape (N,).
        train: The positions of the rows to fit to.
        test: Those of the rows to predict.

    Returns:
        Means and deviations of values, with shape (M, 2), or log-probabilities of all classes, with shape (M, C);
        minus infinity for a class that no row of the fit had.
    """

    with warnings.catch_warnings():
        # What there is to say of the data was said when the model itself was fitted.
        warnings.simplefilter("ignore", UserWarning)

        fresh: Any = clone(model)
        fresh.fit(_safe_indexing(X, train), y[train])
        new = _safe_indexing(X, test)

        if y.dtype.kind == "f":
            return np.stack(fresh.predict(new, return_std=True), axis=1)

        logs = np.full((len(test), y.max() + 1), -np.inf)
        logs[:, fresh.classes_] = np.log(fresh.predict_proba(new).clip(np.finfo(float).tiny))

        return logs


def chosen(predicted: NDArray[Any], classes: bool) -> NDArray[Any]:
    """Returns the likeliest codes of log-probabilities, or the means of values, with shape (M,)."""

    return predicted.argmax(axis=1) if classes else predicted[:, 0]
