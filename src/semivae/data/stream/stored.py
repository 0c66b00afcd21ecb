r"""Rows on disk as npy files of float32: written block by block, read from any position, checked by hash."""

from __future__ import annotations

__all__ = ["RowsWriter", "StoredRows"]

import hashlib
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from semivae.errors import StoreError

TYPE = np.dtype("<f4")
CHUNK = 2**22  # bytes to hash at a time


class RowsWriter:
    r"""Writes rows to a new npy file. Their number need not be known before.

    Arguments:
        path: The file.
        shape: The shape of a row.
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self.path = path
        self.shape = shape
        self.width = math.prod(shape)
        self.rows = 0
        self.hash = hashlib.sha256()
        self.file = path.open("xb")
        self.header()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def header(self) -> None:
        """Writes the header. Its length does not depend on the number of rows."""

        self.file.seek(0)
        shape = {"descr": npy.dtype_to_descr(TYPE), "fortran_order": False, "shape": (self.rows, self.width)}
        npy.write_array_header_1_0(self.file, shape)

    def add(self, rows: NDArray[Any]) -> None:
        """Writes rows with shape (N, *shape)."""

        content = np.ascontiguousarray(rows, dtype=TYPE).reshape(-1).view(np.uint8).data

        self.file.write(content)
        self.hash.update(content)
        self.rows += len(rows)

    def finish(self) -> dict[str, Any]:
        """Flushes the file to disk and returns its rows, their shape and hash, to check it by when it is read."""

        self.header()
        self.file.flush()
        os.fsync(self.file.fileno())

        return {"rows": self.rows, "shape": list(self.shape), "sha256": self.hash.hexdigest()}


@dataclass(frozen=True)
class StoredRows:
    r"""Rows of an npy file. The file is not mapped, as mapped pages count as memory of the process.

    Attributes:
        path: The file.
        rows: The number of rows.
        shape: The shape of a row.
        offset: The position of the first row in the file, in bytes.
        sha256: The hash of all rows.
    """

    path: Path
    rows: int
    shape: tuple[int, ...]
    offset: int
    sha256: str

    @classmethod
    def open(cls, path: Path, facts: dict[str, Any]) -> Self:
        r"""Opens a file and checks its size.

        Arguments:
            path: The file.
            facts: The result of :meth:`RowsWriter.finish`.

        Raises:
            StoreError: If it is not the file that was written.
        """

        rows, row = facts["rows"], tuple(facts["shape"])
        width = math.prod(row)

        try:
            with path.open("rb") as file:
                npy.read_magic(file)
                shape, fortran, dtype = npy.read_array_header_1_0(file)
                offset = file.tell()
                right = os.fstat(file.fileno()).st_size == offset + rows * width * TYPE.itemsize
        except (OSError, ValueError) as error:
            raise altered(path, str(error)) from None

        if not right or (shape, fortran, dtype) != ((rows, width), False, TYPE):
            raise altered(path, "its size has changed")

        return cls(path, rows, row, offset, facts["sha256"])

    def __len__(self) -> int:
        return self.rows

    @property
    def width(self) -> int:
        """The number of values of a row."""

        return math.prod(self.shape)

    def verify(self) -> None:
        r"""Checks the hash of all rows. This reads the whole file once.

        Raises:
            StoreError: If the hash has changed.
        """

        sha256 = hashlib.sha256()

        with self.path.open("rb") as file:
            file.seek(self.offset)

            while chunk := file.read(CHUNK):
                sha256.update(chunk)

        if sha256.hexdigest() != self.sha256:
            raise altered(self.path, "its sha256 has changed")

    def read(self, start: int, count: int) -> NDArray[np.float32]:
        r"""Reads rows.

        Arguments:
            start: The position of the first row.
            count: The number of rows. At the end of the file, fewer are returned.

        Returns:
            The rows, with shape (count, *shape).
        """

        count = min(count, self.rows - start)
        place = self.offset + start * self.width * TYPE.itemsize

        try:
            values = np.fromfile(self.path, TYPE, count * self.width, offset=place)
        except OSError as error:
            raise altered(self.path, str(error)) from None

        if len(values) < count * self.width:
            raise altered(self.path, "it was shortened while it was read")

        return values.reshape(count, *self.shape)

    def take(self, positions: Sequence[int]) -> NDArray[np.float32]:
        """Reads rows one by one, with shape (len(positions), *shape). Mapped pages would add up over many calls."""

        rows = np.empty((len(positions), self.width), TYPE)

        with self.path.open("rb", buffering=0) as file:
            for row, position in zip(rows, positions, strict=True):
                file.seek(self.offset + position * self.width * TYPE.itemsize)
                file.readinto(row.data)

        return rows.reshape(-1, *self.shape)


def altered(path: Path, reason: str) -> StoreError:
    """Returns the error for a file that changed after it was written."""

    return StoreError(f"{path} is damaged: {reason}", "", f"rm -r '{path.parent}'  # the next fit makes it again")
