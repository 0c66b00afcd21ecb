r"""Rows that are equal to others."""

from __future__ import annotations

__all__ = ["groups_of"]

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from semivae.data.sparse import SparseRows

# Sparse rows that are made dense at once.
BLOCK = 512


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
