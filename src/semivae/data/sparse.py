r"""Sparse rows in the units of a model: they stay sparse, and only a batch of them is made dense."""

from __future__ import annotations

__all__ = ["Matrix", "SparseRows", "are_counts", "is_sparse", "largest"]

from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_matrix, issparse

from semivae.variables import Variable

# A sparse matrix of SciPy in CSR form, whose own types are vague.
Matrix: TypeAlias = Any


def is_sparse(X: Any) -> bool:
    """Whether rows are a sparse matrix of SciPy, of any format."""

    return issparse(X)


def are_counts(values: NDArray[Any]) -> bool:
    """Whether all numbers are whole, from 0 on."""

    return bool((values >= 0).all() and (values == np.rint(values)).all())


class SparseRows:
    r"""Creates rows that are indexed like an array; NumPy makes an array of them only where it is asked to.

    Arguments:
        matrix: The rows, with shape (N, P).
    """

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix

    def __len__(self) -> int:
        return self.matrix.shape[0]

    def __getitem__(self, rows: Any) -> SparseRows:
        return SparseRows(self.matrix[rows])

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return self.matrix.toarray() if dtype is None else self.matrix.toarray().astype(dtype, copy=False)

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of numbers of each."""

        return self.matrix.shape

    @property
    def size(self) -> int:
        """The number of numbers that are kept."""

        return self.matrix.nnz

    @property
    def ndim(self) -> int:
        """The number of axes."""

        return 2

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers."""

        return self.matrix.dtype


def largest(rows: Any, variable: Variable, count: int) -> list[list[tuple[str, float]]]:
    r"""Returns the names and the values of the largest entries of each row, the largest first.

    Arguments:
        rows: The rows, a sparse matrix with all columns of the user.
        variable: The variable, which knows the names of modeled columns.
        count: The most entries of a row.
    """

    matrix: Matrix = csr_matrix(rows)
    places = variable.kept or range(variable.among)
    names = dict(zip(places, variable.names, strict=True)) if variable.names else {}
    found = []

    for start, end in pairwise(matrix.indptr):
        values, columns = matrix.data[start:end], matrix.indices[start:end]
        order = np.argsort(-values, kind="stable")[:count]
        found.append([(names.get(columns[i], f"x{columns[i]}"), float(values[i])) for i in order])

    return found
