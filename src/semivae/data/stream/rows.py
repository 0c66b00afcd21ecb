r"""Rows larger than memory: files that are read in blocks, ingested once into a cache, and trained on from there.

The first fit reads the files three times: for their sha256, for what the columns are, and to write the encoded rows as
float32 into `~/.cache/semivae/streams` (`$XDG_CACHE_HOME`, or `cache=`). A later fit of the same files reads them once,
for their sha256, and the cache once, to check it: both together are a small part of one epoch. The folder of the
cache may be deleted at any time.
"""

from __future__ import annotations

__all__ = ["Ingested", "Stream", "stream"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from semivae.data.files.npy import no_labels
from semivae.data.files.paths import shown
from semivae.data.join import ROW, JoinedLabels
from semivae.data.labels.classes import Cells
from semivae.data.source import no_target
from semivae.data.stream.blocks import Blocks, blocks_of
from semivae.data.stream.ingest import Labels, StoredSplit
from semivae.data.stream.survey import Survey
from semivae.errors import SettingError


@dataclass(frozen=True)
class Ingested:
    r"""Rows that are ready to train on.

    Attributes:
        survey: What was found in them.
        labels: Translates labels; None without a target.
        counts: The number of labels of each class; empty for a real target.
        split: The encoded rows on disk.
    """

    survey: Survey
    labels: Labels
    counts: list[int]
    split: StoredSplit

    def __len__(self) -> int:
        return self.survey.rows


@dataclass(frozen=True, eq=False)
class Stream:
    r"""Rows of files that may be larger than memory. Make one with :func:`stream`.

    Attributes:
        path: A parquet file, a folder of them, or an npy file of an array with shape (N, P).
        target: The column of the labels; None without a target.
        labels_from: A second file that holds the target, with a column of identifiers; None if the rows hold it.
        cache: The folder of encoded rows; None for the user's cache.
    """

    path: Path
    target: str | None = None
    labels_from: Path | None = None
    cache: Path | None = None

    @cached_property
    def blocks(self) -> Blocks:
        """The rows as they are in the files."""

        return blocks_of(self.path)

    @cached_property
    def joined(self) -> JoinedLabels | None:
        """The labels of the second file, if there is one."""

        if self.labels_from is None or self.target is None:
            return None

        names = [ROW] if self.blocks.container == "array" else self.blocks.names

        return JoinedLabels(self.labels_from, self.target, names)

    @property
    def identifier(self) -> str | None:
        """The column that joins the labels of the second file to the rows of a table, which is not to be modeled."""

        return self.joined.name if self.joined and self.blocks.container == "frame" else None

    @cached_property
    def ready(self) -> dict[str, Ingested]:
        """What was ingested already. The files count as they were then."""

        return {}

    @property
    def names(self) -> list[str]:
        """The names of the columns without the target."""

        return [name for name in self.blocks.names if name != self.target]

    def __len__(self) -> int:
        return len(self.blocks)

    def rows(self) -> Iterator[Any]:
        """Yields blocks of rows without the target: frames whose index counts all rows, or arrays."""

        return self.blocks.read(self.names)

    def labels(self) -> Iterator[Cells]:
        r"""Yields the labels of each block of rows, read without the rows.

        Raises:
            DataError: After the last one, if labels were joined and none belongs to a row.
        """

        blocks = self.blocks.read([self.label_column]) if self.blocks.container == "frame" else self.positions()

        yield from map(self.labels_of, blocks)

        if self.joined is not None:
            self.joined.check()

    def pairs(self, columns: Sequence[str], labeled: bool) -> Iterator[tuple[Any, Cells | None]]:
        r"""Yields blocks of rows with their labels.

        Arguments:
            columns: The columns to read.
            labeled: Whether to read labels; None takes their place otherwise.
        """

        if self.blocks.container == "array":
            positions = self.positions()
            pairs = zip(self.blocks.read(), positions, strict=True)

            return ((block, self.labels_of(rows) if labeled else None) for block, rows in pairs)

        frames = self.blocks.read([*columns, *([self.label_column] if labeled else [])])

        return ((frame[list(columns)], self.labels_of(frame) if labeled else None) for frame in frames)

    @property
    def label_column(self) -> str:
        """The column that holds the labels, or that they are joined by."""

        if self.joined is not None:
            return self.joined.name

        if self.blocks.container == "array":
            raise no_labels(self.path, str(self.target))

        if self.target not in self.blocks.names:
            raise no_target(str(self.target), shown(self.path.name), self.blocks.names)

        return self.target

    def labels_of(self, frame: pd.DataFrame) -> Cells:
        """Returns the labels of the rows of a block."""

        column = frame[self.label_column]

        return column if self.joined is None else self.joined.of(column)

    def positions(self) -> Iterator[pd.DataFrame]:
        """Yields the positions of the rows of each block of an array, by which labels are joined."""

        for start in range(0, len(self), self.blocks.size):
            index = pd.RangeIndex(start, min(start + self.blocks.size, len(self)))

            yield pd.DataFrame({ROW: index}, index=index)


def stream(
    path: str | Path,
    target: str | None = None,
    labels: str | Path | None = None,
    cache: str | Path | None = None,
) -> Stream:
    r"""Returns rows larger than memory, which the `fit` and `predict` of an estimator take as they take `X`.

    Arguments:
        path: A parquet file, a folder of them, or an npy file of an array with shape (N, P).
        target: The column of the labels, which are missing where a row is unlabeled.
        labels: A second file (CSV or parquet) that holds the target and one more column, by which it is joined to
            the rows: one that the rows have, too, or `row` (positions from 0 on) for an npy file. Rows that it does
            not name are unlabeled.
        cache: The folder of encoded rows; `~/.cache/semivae/streams` if it is not given.

    Raises:
        DataError: If the files do not exist, cannot be read, or differ in their columns; or there is no such target.
        SettingError: If labels are given without the name of their column.

    Example:
        >>> rows = semivae.stream("people/", target="income")
        >>> classifier = semivae.VAEClassifier().fit(rows)
    """

    if labels is not None and target is None:
        raise SettingError(f"labels={str(labels)!r}", "the name of the target is needed, too", "target='NAME'")

    found = Stream(
        Path(path).expanduser(),
        target,
        None if labels is None else Path(labels).expanduser(),
        None if cache is None else Path(cache).expanduser(),
    )

    if target is not None:
        _ = found.label_column  # reads no row, and a wrong name should not wait until a fit

    return found
