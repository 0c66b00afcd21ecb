r"""Which classes are found, and what they are taken for: confusion matrix, precision and recall of each class.

.. math:: \mathrm{precision}_c = P(y = c \mid \hat y = c) \qquad \mathrm{recall}_c = P(\hat y = c \mid y = c)

References:
    | A systematic analysis of performance measures for classification tasks (Sokolova and Lapalme, 2009)
    | https://doi.org/10.1016/j.ipm.2009.03.002
"""

from __future__ import annotations

__all__ = ["PerClass", "confusion", "per_class"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import wilson

Codes = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class PerClass:
    r"""Precision and recall of each class, shares from 0 to 1, higher is better; NaN for a share of no rows.

    Attributes:
        rows: The number of rows of each class, with shape (C,).
        predicted: The number of rows that are put in each class, with shape (C,).
        precision: The share of these rows that belong there, with shape (C,).
        precision_interval: The ends of its 95 % intervals by Wilson, with shape (2, C).
        recall: The share of the rows of each class that are found, with shape (C,).
        recall_interval: The ends of its 95 % intervals by Wilson, with shape (2, C).
    """

    rows: NDArray[np.int64]
    predicted: NDArray[np.int64]
    precision: Values
    precision_interval: Values
    recall: Values
    recall_interval: Values


def confusion(codes: Codes, probabilities: Values) -> NDArray[np.int64]:
    r"""Returns the confusion matrix, with shape (C, C): rows of each true class by their predicted class.

    Rows of a class that the model does not know are not in it.

    Arguments:
        codes: Codes of the true classes, with shape (N,), -1 for a class that the model does not know.
        probabilities: The probability of each class, with shape (N, C).
    """

    from sklearn.metrics import confusion_matrix

    known, every = codes >= 0, np.arange(probabilities.shape[1])

    if not known.any():
        return np.zeros((len(every), len(every)), dtype=np.int64)

    return confusion_matrix(codes[known], probabilities[known].argmax(axis=1), labels=every)


def per_class(codes: Codes, probabilities: Values) -> PerClass:
    """Returns precision and recall of each class; the arguments are as for :func:`confusion`."""

    hits = np.diag(confusion(codes, probabilities))
    classes = probabilities.shape[1]
    rows = np.bincount(codes[codes >= 0], minlength=classes)
    predicted = np.bincount(probabilities.argmax(axis=1), minlength=classes)

    with np.errstate(invalid="ignore"):
        precision, recall = hits / predicted, hits / rows

    intervals = (np.stack(wilson(*share)) for share in ((precision, predicted), (recall, rows)))

    return PerClass(rows, predicted, precision, next(intervals), recall, next(intervals))
