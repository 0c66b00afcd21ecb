r"""Sparse rows on disk: the place and the value of each number that is not zero, and how many each row has.

Rows come back dense, a few at a time, so that batches are drawn from them as from any others. Only their counts are in
memory, eight bytes a row.
"""

from __future__ import annotations

__all__ = ["SparseWriter", "StoredSparse"]

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from semivae.data.sparse import Matrix, SparseRows
from semivae.data.stream.stored import RowsWriter, StoredRows
from semivae.errors import DataError

# Places are written as float32, which holds whole numbers up to here.
MOST_COLUMNS = 2**24

COUNTS = ".counts.npy"


class SparseWriter:
    r"""Writes sparse rows to two new npy files. Their number need not be known before.

    Arguments:
        path: The file of the numbers; that of the counts lies beside it.
        shape: The shape of a row: its length.

    Raises:
        DataError: If rows are too long.
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        (width,) = shape

        if width > MOST_COLUMNS:
            raise DataError(f"the rows have {width:,} columns", f"at most {MOST_COLUMNS:,} are kept on disk")

        self.width = width
        self.numbers, self.counts = RowsWriter(path, (2,)), RowsWriter(path.with_suffix(COUNTS), (1,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.numbers.file.close()
        self.counts.file.close()

    def add(self, rows: SparseRows) -> None:
        """Writes rows with shape (N, width)."""

        matrix: Matrix = csr_matrix(rows.matrix)
        self.numbers.add(np.stack([matrix.indices, matrix.data], axis=1))
        self.counts.add(np.diff(matrix.indptr)[:, None])

    def finish(self) -> dict[str, Any]:
        """Flushes the files to disk and returns the rows, their width and hash, to check them by when they are read."""

        numbers, counts = self.numbers.finish(), self.counts.finish()

        return {"rows": counts["rows"], "width": self.width, "numbers": numbers, "counts": counts}


@dataclass(frozen=True)
class StoredSparse:
    r"""Sparse rows on disk, which are read as dense ones.

    Attributes:
        numbers: The place and the value of each number that is not zero.
        counts: How many of these each row has.
        width: The length of a row.
    """

    numbers: StoredRows
    counts: StoredRows
    width: int

    @classmethod
    def open(cls, path: Path, facts: dict[str, Any]) -> Self:
        r"""Opens the files and checks their sizes.

        Arguments:
            path: The file of the numbers.
            facts: The result of :meth:`SparseWriter.finish`.

        Raises:
            StoreError: If they are not the files that were written.
        """

        files = StoredRows.open(path, facts["numbers"]), StoredRows.open(path.with_suffix(COUNTS), facts["counts"])

        return cls(*files, facts["width"])

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def path(self) -> Path:
        """The file of the numbers."""

        return self.numbers.path

    @property
    def sha256(self) -> str:
        """The hashes of both files."""

        return self.numbers.sha256 + self.counts.sha256

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """The position behind the last number of each row, after a zero, with shape (N + 1,)."""

        return np.concatenate([[0], np.cumsum(self.counts.read(0, len(self))[:, 0].astype(np.int64))])

    def verify(self) -> None:
        r"""Checks the hashes of both files. This reads them once.

        Raises:
            StoreError: If a hash has changed.
        """

        self.numbers.verify()
        self.counts.verify()

    def read(self, start: int, count: int) -> NDArray[np.float32]:
        r"""Reads rows.

        Arguments:
            start: The position of the first row.
            count: The number of rows. At the end of the file, fewer are returned.

        Returns:
            The rows, with shape (count, width).
        """

        ends = self.ends[start : start + count + 1]
        rows = np.zeros((len(ends) - 1, self.width), np.float32)
        found = self.numbers.read(int(ends[0]), int(ends[-1] - ends[0]))
        rows[np.repeat(np.arange(len(rows)), np.diff(ends)), found[:, 0].astype(np.int64)] = found[:, 1]

        return rows

    def take(self, positions: Sequence[int]) -> NDArray[np.float32]:
        """Reads rows one by one, with shape (len(positions), width)."""

        return np.concatenate([np.zeros((0, self.width), np.float32), *(self.read(row, 1) for row in positions)])
