r"""Single cells as AnnData holds them: their counts as a sparse matrix, the names of genes, and labels beside them.

Nothing here imports anndata: whoever has such rows has it.
"""

from __future__ import annotations

__all__ = ["batches_of", "counts_of", "genes_of", "is_cells", "joined", "labels_of_cells"]

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import vstack

from semivae.data.labels.classes import listed
from semivae.data.sparse import are_counts
from semivae.errors import DataError

# The layers that usually hold the counts, where the matrix itself is normalized.
LAYERS = ("counts", "raw_counts", "spliced")


def is_cells(X: Any) -> bool:
    """Whether rows are an AnnData object."""

    return type(X).__name__ == "AnnData" and hasattr(X, "obs") and hasattr(X, "var_names")


def counts_of(X: Any) -> Any:
    r"""Returns the matrix of cells: their counts if a layer holds them and the matrix itself does not.

    Raises:
        DataError: If they are in a file, or there is no matrix.
    """

    if X.isbacked:
        raise DataError(
            "the counts of the cells are in a file (backed)",
            "they are read in memory, or in parts by semivae.stream",
            "cells = cells.to_memory(), or semivae.stream(path)",
        )

    if whole(X.X):
        return X.X

    found = next((X.layers[name] for name in LAYERS if name in X.layers and whole(X.layers[name])), X.X)

    if found is None:
        raise DataError(
            f"the cells have neither a matrix X nor a layer of counts ({', '.join(LAYERS)})",
            "a fit reads the counts of genes",
            "cells.X = cells.layers['NAME']",
        )

    return found


def whole(matrix: Any) -> bool:
    """Whether all numbers of a matrix, sparse or not, are counts; no matrix holds none."""

    if matrix is None:
        return False

    values = np.asarray(getattr(matrix, "data", matrix) if hasattr(matrix, "tocsr") else matrix)

    return np.issubdtype(values.dtype, np.integer) or are_counts(values)


def joined(parts: Sequence[Any]) -> Any:
    """Returns several AnnData objects with the same genes as one, in memory."""

    return type(parts[0])(
        vstack([counts_of(part) for part in parts], format="csr"),
        pd.concat([part.obs for part in parts]),
        parts[0].var,
    )


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

    return beside(X, y, "y") if isinstance(y, str) and is_cells(X) else y


def batches_of(X: Any, name: str) -> NDArray[np.object_]:
    r"""Returns the batch of each cell as text, with shape (N,).

    Arguments:
        X: The rows.
        name: The column of `obs`.

    Raises:
        DataError: If the rows are no cells, or there is no such column.
    """

    if not is_cells(X):
        raise DataError(
            f"batch={name!r} with rows of type {type(X).__name__}",
            "the batch of a row is a column beside the counts of cells",
            "anndata.AnnData(X, obs)",
        )

    return np.array([str(one) for one in beside(X, name, "batch")], dtype=object)


def beside(X: Any, name: str, what: str) -> Any:
    """Returns a column of `obs` of cells."""

    if name not in X.obs:
        fix = f"{what}={next(iter(X.obs), name)!r}"

        raise DataError(f"the cells have no {name!r} in obs", f"obs has {listed(list(X.obs)) or 'no column'}", fix)

    return X.obs[name]
