r"""Rows that were files of their own: an array that knows the file of each row."""

from __future__ import annotations

__all__ = ["FILE", "NamedRows"]

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FILE = "file"  # the column of predictions and of lists of labels with the name of the file


class NamedRows(np.ndarray):
    r"""Rows as an array that keeps the name of the file of each row when rows are picked.

    Whatever is computed from it is a plain array for its users: only rows that are picked keep their files.

    Attributes:
        files: The name of the file of each row, with shape (N,); None where rows were not picked but computed.
    """

    files: NDArray[np.object_] | None = None

    @classmethod
    def of(cls, rows: NDArray[Any], files: Sequence[str]) -> Self:
        """Returns rows with the names of their files."""

        named = rows.view(cls)
        named.files = np.array(files, dtype=object)

        return named

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        rows = key[0] if isinstance(key, tuple) and key[1:] == (...,) else key

        if self.files is not None and isinstance(rows, slice | list | np.ndarray):
            files = self.files[rows]

            if isinstance(found, NamedRows) and len(files) == len(found):
                found.files = files

        return found
