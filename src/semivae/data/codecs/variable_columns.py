r"""The columns of a sparse matrix that vary most.

Of real weights, these have the largest variance. The variance of counts grows with their mean, so that there the
columns are taken whose variance is furthest above the trend of all columns:

.. math:: \frac{1}{N - 1} \sum_i \min \left( \frac{x_{ij} - \mu_j}{\hat\sigma_j}, \sqrt N \right)^2

where :math:`\log \hat\sigma_j^2` is a parabola in :math:`\log \mu_j`, fitted to all columns.

References:
    | Comprehensive Integration of Single-Cell Data (Stuart et al., 2019)
    | https://doi.org/10.1016/j.cell.2019.05.031
"""

from __future__ import annotations

__all__ = ["most_variable"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.data.sparse import Matrix

Values = NDArray[np.float64]


def most_variable(matrix: Matrix, most: int, counts: bool) -> NDArray[np.int64]:
    r"""Returns the positions of the columns that vary most, rising.

    Arguments:
        matrix: The rows, with shape (N, P).
        most: The number of columns.
        counts: Whether the numbers are counts.
    """

    found = above_trend(matrix) if counts else variances(matrix)[1]

    # Of equal columns the first.
    return np.sort(np.argsort(-found, kind="stable")[:most])


def variances(matrix: Any) -> tuple[Values, Values]:
    """Returns the mean and the variance of each column, each with shape (P,)."""

    values = matrix.astype(np.float64)
    mean = np.asarray(values.mean(axis=0)).ravel()
    square = np.asarray(values.multiply(values).mean(axis=0)).ravel()

    return mean, np.maximum(square - np.square(mean), 0.0)


def above_trend(matrix: Matrix) -> Values:
    """Returns the variance of each column of counts, standardized by the trend, with shape (P,)."""

    rows = matrix.shape[0]
    mean, variance = variances(matrix)
    varies = variance > 0

    if varies.sum() < 4:
        return variance

    logs = np.log(mean[varies])
    scale = np.ones(len(mean))
    scale[varies] = np.exp(np.polyval(np.polyfit(logs, np.log(variance[varies]), 2), logs) / 2)

    # Single counts far off would decide alone.
    columns = np.asarray(matrix.indices)
    most = mean + np.sqrt(rows) * scale
    clipped = np.minimum(matrix.data.astype(np.float64), most[columns])
    total = np.bincount(columns, clipped, len(mean))
    square = np.bincount(columns, np.square(clipped), len(mean))
    spread = rows * np.square(mean) + square - 2 * mean * total

    return np.where(varies, spread / (np.square(scale) * max(rows - 1, 1)), 0.0)
