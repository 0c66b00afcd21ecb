r"""Single cells as AnnData holds them: their counts as a sparse matrix, the names of genes, and labels beside them.

Nothing here imports anndata: whoever has such rows has it.
"""

from __future__ import annotations

__all__ = ["counts_of", "genes_of", "is_cells", "labels_of_cells"]

from typing import Any

import numpy as np

from semivae.data.labels.classes import listed
from semivae.data.sparse import are_counts
from semivae.errors import DataError

# The layers that usually hold the counts, where the matrix itself is normalized.
LAYERS = ("counts", "raw_counts", "spliced")


def is_cells(X: Any) -> bool:
    """Whether rows are an AnnData object."""

    return type(X).__name__ == "AnnData" and hasattr(X, "obs") and hasattr(X, "var_names")


def counts_of(X: Any) -> Any:
    """Returns the matrix of cells: their counts if a layer holds them and the matrix itself does not."""

    if whole(X.X):
        return X.X

    return next((X.layers[name] for name in LAYERS if name in X.layers and whole(X.layers[name])), X.X)


def whole(matrix: Any) -> bool:
    """Whether all numbers of a matrix, sparse or not, are counts."""

    values = np.asarray(getattr(matrix, "data", matrix) if hasattr(matrix, "tocsr") else matrix)

    return np.issubdtype(values.dtype, np.integer) or are_counts(values)


def genes_of(X: Any) -> list[str]:
    """Returns the names of the genes."""

    return list(map(str, X.var_names))


def labels_of_cells(X: Any, y: Any) -> Any:
    r"""Returns the labels of rows: of cells also by the name of a column of `obs`.

    Arguments:
        X: The rows.
        y: The labels, or the name of the column.

    Raises:
        DataError: If there is no such column.
    """

    if not isinstance(y, str) or not is_cells(X):
        return y

    if y not in X.obs:
        raise DataError(f"the cells have no {y!r} in obs", f"obs has {listed(list(X.obs))}", f"y={list(X.obs)[:1]!r}")

    return X.obs[y]
