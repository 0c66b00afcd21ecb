r"""The second pass over rows larger than memory: encoded, split by whether they are labeled, and kept on disk.

Rows of either half are kept in files of their own, so that nothing needs an index as long as the data. A folder of
them is written beside its place and renamed, so that a killed pass leaves nothing that could be taken for the whole.
"""

from __future__ import annotations

__all__ = ["Stored", "StoredSplit", "ingest"]

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semivae.data.codecs.base import Codec, Values
from semivae.data.labels.table import TargetLabels
from semivae.data.stream.stored import RowsWriter, StoredRows
from semivae.data.stream.stored_sparse import SparseWriter, StoredSparse
from semivae.errors import DataError, StoreError
from semivae.store import signed, sync, taken, unwritable, verified, write_file

FACTS = "rows.json"  # the expected shape and sha256 of each file
FILES = ("labeled", "labels", "unlabeled")

Stored: TypeAlias = StoredRows | StoredSparse


@dataclass(frozen=True)
class StoredSplit:
    r"""Encoded rows on disk.

    Attributes:
        labeled: The labeled rows.
        labels: Their class codes or scaled values, one for each target; NaN where one of several is missing.
        unlabeled: The other rows.
    """

    labeled: Stored
    labels: Stored
    unlabeled: Stored

    @property
    def files(self) -> tuple[Stored, Stored, Stored]:
        """All of them."""

        return self.labeled, self.labels, self.unlabeled

    @classmethod
    def open(cls, folder: Path) -> StoredSplit:
        r"""Opens the files that :func:`ingest` wrote, and checks every byte of them.

        Raises:
            StoreError: If a file is missing, or is another than was written; it names the file.
        """

        facts = verified(folder / FACTS)
        kinds = [StoredSparse if "numbers" in facts[name] else StoredRows for name in FILES]
        stored = [kind.open(folder / f"{name}.npy", facts[name]) for kind, name in zip(kinds, FILES, strict=True)]

        for rows in stored:
            rows.verify()

        return cls(*stored)


def ingest(pairs: Iterator[tuple[Any, Any]], rows: int, codec: Codec, labels: TargetLabels, folder: Path) -> None:
    r"""Writes encoded rows into a new folder.

    Arguments:
        pairs: Blocks of rows, with their targets; or with None where there is no target.
        rows: The number of rows.
        codec: Encodes rows.
        labels: Encodes labels.
        folder: The folder, which must not be there.

    Raises:
        DataError: If the rows changed since they were first read.
        StoreError: If the folder cannot be written.
    """

    # How many numbers of sparse rows are zero is only known afterwards.
    width = 0 if codec.container == "sparse" else codec.width + len(labels.labels)

    with taken(folder) as place, place.beside() as temporary:
        try:
            temporary.mkdir()
            refuse_full_disk(folder, rows * width * 4)
            facts = write(pairs, codec, labels, temporary)

            if facts["labeled"]["rows"] + facts["unlabeled"]["rows"] != rows:
                raise DataError("the rows changed while they were read", "files must stay as they are during a fit")

            write_file(temporary / FACTS, signed(facts))
            sync(temporary)
            temporary.rename(folder)
            sync(folder.parent)
        except StoreError:
            raise
        except OSError as error:
            raise unwritable(folder, error) from None


def write(pairs: Iterator[tuple[Any, Any]], codec: Codec, labels: TargetLabels, folder: Path) -> dict[str, Any]:
    """Writes the files, and returns the expected shape and sha256 of each."""

    row = codec.variables[0].shape if codec.container == "image" else (codec.width,)
    shapes = (row, (max(1, len(labels.labels)),), row)
    rows = SparseWriter if codec.container == "sparse" else RowsWriter

    with ExitStack() as stack:
        files: list[Any] = [
            stack.enter_context(kind(folder / f"{name}.npy", shape))
            for kind, name, shape in zip((rows, RowsWriter, rows), FILES, shapes, strict=True)
        ]

        for block, y in pairs:
            values = codec.encode(block)
            points, known = encoded(labels, y, len(values))

            for file, part in zip(files, (values[known], points[known], values[~known]), strict=True):
                file.add(part)

        return {name: file.finish() for name, file in zip(FILES, files, strict=True)}


def encoded(labels: TargetLabels, y: Any, rows: int) -> tuple[Values, NDArray[np.bool_]]:
    """Returns the codes or scaled values of each row, with shape (N, T), and whether it has any, with shape (N,)."""

    points = np.full((rows, 1), np.nan) if y is None else labels.encode(y)

    return points, np.asarray(~np.isnan(points).all(axis=1))


def refuse_full_disk(folder: Path, needed: int) -> None:
    """Checks that there is room, before an hour of writing ends without it."""

    free = shutil.disk_usage(folder.parent).free

    if free < needed:
        raise StoreError(
            f"{folder.parent} has {free / 2**30:.1f} GiB free",
            f"the encoded rows take {needed / 2**30:.1f} GiB",
            "free some space, or name a folder of another disk: stream(path, cache='FOLDER'), or $XDG_CACHE_HOME",
        )
