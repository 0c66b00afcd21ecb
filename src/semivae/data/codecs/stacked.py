r"""Vectors and texts, taken out of the arrays, lists and columns of a user."""

from __future__ import annotations

__all__ = ["as_series", "holds_vectors", "is_text", "stacked", "texts"]

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.array import as_array
from semivae.data.codecs.base import Rows
from semivae.data.labels.classes import Cells, listed
from semivae.errors import DataError


def holds_vectors(column: Cells) -> bool:
    """Whether the cells of a column are lists of numbers."""

    return column.dtype.kind == "O" and is_lists(column)


def is_lists(column: Cells) -> bool:
    """Whether the first cell with a value is a list or an array."""

    first = next((cell for cell in column if not missing(cell)), None)

    return isinstance(first, list | tuple | np.ndarray)


def is_text(X: Rows) -> bool:
    """Whether rows are texts, rather than vectors."""

    return isinstance(next((cell for cell in as_series(X) if not missing(cell)), ""), str)


def missing(cell: object) -> bool:
    """Whether a cell has no value."""

    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def as_series(X: Rows) -> Cells:
    """Returns rows of one cell each as a column."""

    return X if isinstance(X, pd.Series) else pd.Series([cell[0] if np.shape(cell) == (1,) else cell for cell in X])


def texts(column: Cells, name: str) -> NDArray[np.object_]:
    r"""Returns the texts of a column, with shape (N,).

    Raises:
        DataError: If a text is missing.
    """

    gaps = column.isna().to_numpy()

    if gaps.any():
        raise DataError(
            f"column {name!r} has no text in {gaps.sum()} of {len(gaps)} rows",
            "every row needs a text, whose meaning is all that is known of it",
            f"X = X.dropna(subset=[{name!r}])",
        )

    return column.astype(str).to_numpy(dtype=object)


def stacked(cells: Rows, name: str) -> NDArray[np.generic]:
    r"""Returns vectors as one array, with shape (N, P).

    Raises:
        DataError: If there are none, they have different sizes, or hold anything but finite numbers.
    """

    given = list(cells) if isinstance(cells, pd.Series) else as_array(cells)
    gaps = sum(map(missing, given))

    if gaps:
        raise DataError(
            f"{name!r} has no vector in {gaps:,} of {len(given):,} rows",
            "every row must hold a vector",
            f"X = X[X[{name!r}].notna()]" if isinstance(cells, pd.Series) else "leave these rows out",
        )

    try:
        vectors = np.asarray(given)
        vectors = vectors.astype(np.float64) if vectors.dtype == object else vectors
    except (TypeError, ValueError):
        vectors = np.empty((0, 0), dtype=object)

    if vectors.ndim != 2 or vectors.dtype.kind not in "biuf":
        sizes = sorted({np.size(cell) for cell in given})
        raise DataError(
            f"{name!r} holds vectors of {listed(sizes)} numbers" if len(sizes) > 1 else f"{name!r} holds no vectors",
            "every row must hold a vector, and all vectors must have the same size",
            "leave the other rows out",
        )

    if 0 in vectors.shape:
        raise DataError(f"Found array with 0 sample(s) (shape={vectors.shape}) while a minimum of 1 is required")

    bad = int((~np.isfinite(vectors)).any(axis=1).sum())

    if bad:
        raise DataError(
            f"{bad} of {len(vectors)} vectors hold missing or infinite numbers",
            "every number of a vector must be finite",
            "X = X[np.isfinite(X).all(axis=1)]",
        )

    return vectors
