r"""Rows of files that may be larger than memory, read block by block and always in the same order."""

from __future__ import annotations

__all__ = ["ALL", "CELL", "NEEDED", "ArrayBlocks", "Blocks", "ParquetBlocks", "digest"]

import abc
import hashlib
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semivae.data.files.npy import Claim, claim_at, refuse_unusable
from semivae.data.files.parquet import columns_of, difference_of, facts_of, files_of, frames_of
from semivae.data.files.paths import refuse_irregular, shown
from semivae.data.files.photos import PARQUET
from semivae.errors import DataError
from semivae.variables import Container

# Limits of a block. The limit on cells (16 MiB as float64) keeps blocks of wide rows small.
MOST_ROWS = 2**16
MOST_CELLS = 2**21
CELL = 8  # bytes

NEEDED = "a parquet, npy or h5ad file, or a folder of parquet files, is needed"
ALL = slice(None)


class Blocks(abc.ABC):
    r"""Rows of files, abstract.

    Arguments:
        path: The file or folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    @abc.abstractmethod
    def container(self) -> Container:
        """The container of the rows."""

    @property
    @abc.abstractmethod
    def files(self) -> list[Path]:
        """The files, in the order of their rows."""

    @property
    @abc.abstractmethod
    def names(self) -> list[str]:
        """The names of the columns."""

    @abc.abstractmethod
    def __len__(self) -> int: ...

    @abc.abstractmethod
    def read(self, columns: Sequence[str] | None = None, rows: slice = ALL) -> Iterator[Any]:
        r"""Yields blocks: arrays, or frames with the positions of the rows as their index.

        Arguments:
            columns: The columns of the frames; all by default.
            rows: The rows; all by default. Little more than these is read.
        """

    @property
    def digests(self) -> list[tuple[str, str]]:
        """The name and sha256 of each file. All bytes are read."""

        return [(shown(file.name), digest(file)) for file in self.files]

    @property
    def beside(self) -> pd.DataFrame:
        """The columns beside the values, such as labels, as a frame with a line for each row; none by default."""

        return pd.DataFrame(index=pd.RangeIndex(len(self)))

    @property
    def bytes(self) -> int:
        """The memory that all rows take."""

        return CELL * len(self) * self.width

    @property
    def size(self) -> int:
        """The rows of a block."""

        return min(MOST_ROWS, max(1, MOST_CELLS // self.width))

    @property
    def width(self) -> int:
        """The number of values of a row."""

        return len(self.names)


class ParquetBlocks(Blocks):
    """Rows of a parquet file, or of all parquet files of a folder in the order of their names."""

    @property
    def container(self) -> Container:
        """Rows are frames."""

        return "frame"

    @cached_property
    def facts(self) -> dict[Path, tuple[Any, int]]:
        """The schema and the number of rows of each file, from its footer."""

        files = files_of(self.path, PARQUET)

        for file in files:
            refuse_irregular(file, NEEDED)

        facts = {file: facts_of(file) for file in files}
        difference_of({file: schema for file, (schema, _) in facts.items()})

        return facts

    @property
    def files(self) -> list[Path]:
        """The files in the order of their names."""

        return list(self.facts)

    @cached_property
    def names(self) -> list[str]:
        """The names of the columns, in the order of the first file."""

        return columns_of(self.facts[self.files[0]][0])

    def __len__(self) -> int:
        return sum(rows for _, rows in self.facts.values())

    def read(self, columns: Sequence[str] | None = None, rows: slice = ALL) -> Iterator[Any]:
        """Yields frames."""

        names = self.names if columns is None else list(columns)
        start, stop, _ = rows.indices(len(self))
        first = 0  # the position of the first row of a file

        for file, (_, count) in self.facts.items():
            low, high = max(start - first, 0), min(stop - first, count)

            for frame in frames_of(file, names, self.size, low, high) if low < high else ():
                frame.index = pd.RangeIndex(first + low, first + low + len(frame))
                low += len(frame)

                yield frame

            first += count


class ArrayBlocks(Blocks):
    """Rows of an array with shape (N, P) in an npy file, or images with shape (N, H, W) or (N, H, W, C)."""

    @property
    def container(self) -> Container:
        """Rows are numbers, or images if they have axes."""

        return "array" if len(self.claim.shape) == 2 else "image"

    @property
    def files(self) -> list[Path]:
        """The one file."""

        return [self.path]

    @cached_property
    def claim(self) -> Claim:
        """The header of the array. Its values are not read."""

        claim = claim_at(self.path)
        refuse_unusable(self.path, claim)

        if len(claim.shape) not in (2, 3, 4):
            raise DataError(
                f"{shown(self.path)} holds an array with shape {claim.shape}",
                "tables with shape (rows, columns) and images with shape (rows, height, width) are read in blocks",
                "np.save(file, X.reshape(len(X), -1))",
            )

        if claim.fortran:
            raise DataError(
                f"{shown(self.path)} stores its array column by column",
                "it must be stored row by row to be read in blocks",
                "np.save(file, np.ascontiguousarray(X))",
            )

        return claim

    @property
    def names(self) -> list[str]:
        """The names x0, x1, ..., as an array has no names; one for images."""

        return ["image"] if len(self.claim.shape) > 2 else [f"x{column}" for column in range(self.width)]

    @property
    def width(self) -> int:
        """The number of values of a row."""

        return math.prod(self.claim.shape[1:])

    def __len__(self) -> int:
        return self.claim.shape[0]

    def read(self, columns: Sequence[str] | None = None, rows: slice = ALL) -> Iterator[Any]:
        """Yields arrays of all columns. The file is not mapped, as mapped pages count as memory of the process."""

        width, dtype, offset = self.width, self.claim.dtype, self.claim.offset
        shape: tuple[int, ...] = self.claim.shape[1:]

        first, last, _ = rows.indices(len(self))

        for start in range(first, last, self.size):
            count = min(self.size, last - start)
            place = offset + start * width * dtype.itemsize

            yield np.fromfile(self.path, dtype, count * width, offset=place).reshape(count, *shape)


def digest(path: Path) -> str:
    """Returns the sha256 of a file."""

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
