r"""A linear model as plain arrays: class probabilities by a softmax, or a number."""

from __future__ import annotations

__all__ = ["Linear"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
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

    def predict(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """Returns the prediction of rows with shape (N, F), with shape (N, C)."""

        values = (x - self.center) / self.scale @ self.weight + self.bias

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
