r"""A linear model as plain arrays: class probabilities by a softmax, or a number."""

from __future__ import annotations

__all__ = ["Linear", "dense", "ridge_regression", "scaled"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.special import softmax


@dataclass(frozen=True, eq=False)
class Linear:
    r"""Creates a linear model.

    Arguments:
        center: The mean of each number of a row, with shape (F,).
        scale: Its standard deviation, with shape (F,).
        weight: With shape (F, C).
        bias: With shape (C,). With several outputs, a softmax turns them into class probabilities.
    """

    center: NDArray[np.float64]
    scale: NDArray[np.float64]
    weight: NDArray[np.float64]
    bias: NDArray[np.float64]

    def predict(self, x: Any) -> NDArray[np.float64]:
        """Returns the prediction of rows with shape (N, F), dense or sparse, with shape (N, C)."""

        values = scaled(x, self.center, self.scale) @ self.weight + self.bias

        return softmax(values, axis=1) if len(self.bias) > 1 else values

    def problem(self, width: int, outputs: int) -> str | None:
        r"""Returns the reason why a model read from a file is impossible, in words, if it is.

        Arguments:
            width: The numbers of a row.
            outputs: The size of a prediction.
        """

        found = [part.shape for part in (self.center, self.scale, self.weight, self.bias)]
        fits = found == [(width,), (width,), (width, outputs), (outputs,)]

        return None if fits and (self.scale > 0).all() else "its arrays do not fit the rows"


def ridge_regression(
    x: Any, y: NDArray[Any], center: NDArray[np.float64], scale: NDArray[np.float64], penalties: NDArray[np.float64]
) -> Linear:
    r"""Learns a number by a ridge regression, whose penalty is chosen by leaving labels out.

    Arguments:
        x: Labeled rows, with shape (L, F), dense or sparse.
        y: Their values, with shape (L,).
        center: Taken from each number of a row, with shape (F,).
        scale: Each number is divided by it, with shape (F,).
        penalties: The penalties to choose from.
    """

    from sklearn.linear_model import RidgeCV

    found: Any = RidgeCV(penalties).fit(scaled(x, center, scale), y)

    return Linear(center, scale, found.coef_[:, None], np.array([found.intercept_]))


def scaled(x: Any, center: NDArray[np.float64], scale: NDArray[np.float64]) -> Any:
    """Returns centered and scaled rows, with shape (N, F); sparse ones have centers of 0, and stay sparse."""

    return x.multiply(1 / scale).tocsr() if issparse(x) else (x - center) / scale


def dense(x: Any) -> NDArray[Any]:
    """Returns rows as an array."""

    return x.toarray() if issparse(x) else x
