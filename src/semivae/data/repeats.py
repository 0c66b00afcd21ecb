r"""Rows that are equal to others."""

from __future__ import annotations

__all__ = ["copies_among", "copies_of", "groups_of"]

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils import _safe_indexing

from semivae.data.codecs.base import Codec
from semivae.data.sparse import SparseRows

# Sparse rows that are made dense at once.
BLOCK = 512

# Equal rows are no copies if so many of them are expected by chance. The rows that tell how often values occur.
LIKELY, AMONG = 0.1, 10_000


def groups_of(x: Any) -> NDArray[np.int64]:
    r"""Returns a number for each row, the same for equal rows, with shape (N,). A missing cell equals a missing one.

    Arguments:
        x: Rows as numbers, with shape (N, *), dense or sparse.
    """

    rows = SparseRows(x.tocsr()) if issparse(x) else x
    numbers: dict[bytes, int] = {}
    found: list[int] = []

    for start in range(0, len(rows), BLOCK):
        # Adding 0 makes -0 and 0 one number.
        block = np.ascontiguousarray(rows[start : start + BLOCK]) + 0
        keys = (blake2b(row.tobytes(), digest_size=16).digest() for row in block)
        found += [numbers.setdefault(key, len(numbers)) for key in keys]

    return np.array(found, dtype=np.int64)


def copies_among(codec: Codec, X: Any, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the result of :func:`copies_of` for rows of the user."""

    if codec.schema().single:
        return groups_of(codec.encode(_safe_indexing(X, places)))

    return copies_of(codec.encode(X), places, True)


def copies_of(x: Any, places: NDArray[np.int64], table: bool) -> NDArray[np.int64]:
    r"""Returns a number for each of some rows, the same for copies of one row, with shape (L,).

    In a table of few columns with few values, rows are equal by chance, and new rows will be equal to known ones, too.
    So rows of a table are copies only if fewer than 0.1 equal ones are expected from columns that are independent.

    Arguments:
        x: All rows in the units of a model, with shape (N, *).
        places: The positions of the rows that are compared, with shape (L,).
        table: Whether a row has cells of its own kinds. Equal images, vectors and strings are always copies.
    """

    rows = x[places]
    groups = groups_of(rows)

    if not table or len(np.unique(groups)) == len(groups):
        return groups

    among = x[np.random.default_rng(0).permutation(len(x))[:AMONG]]
    expected = np.full(len(rows), np.log(len(rows)))

    for column, values in zip(rows.T, among.T, strict=True):
        known, counts = np.unique(values, return_counts=True)
        found = np.searchsorted(known, column).clip(0, len(known) - 1)
        seen = (known[found] == column) | np.isnan(known[found])
        expected += np.log(np.where(seen, counts[found], 1) / len(among))

    # A number of its own for each row that may be equal to others by chance.
    return np.where(expected < np.log(LIKELY), groups, len(groups) + np.arange(len(groups)))
