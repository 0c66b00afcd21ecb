r"""Rows larger than memory: files that are read in blocks, ingested once into a cache, and trained on from there.

The first fit reads the files three times: for their sha256, for the kinds of the columns, and to write the encoded
rows as float32 into `~/.cache/semivae/streams` (`$XDG_CACHE_HOME`, or `cache=`). A later fit of the same files reads
them once, for their sha256, and the cache once, to check it: both together are a small part of one epoch. The folder
of the cache may be deleted at any time.
"""

from __future__ import annotations

__all__ = ["Ingested", "Stream", "stream"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from semivae.data.files.npy import no_labels
from semivae.data.files.paths import shown
from semivae.data.files.pictures import sides
from semivae.data.join import ROW, JoinedLabels
from semivae.data.labels.classes import Table
from semivae.data.labels.table import FoundTargets
from semivae.data.source import Source, no_target
from semivae.data.stream.blocks import Blocks
from semivae.data.stream.choose import blocks_of
from semivae.data.stream.ingest import StoredSplit
from semivae.data.survey import Survey
from semivae.errors import SettingError
from semivae.variables import Container


@dataclass(frozen=True)
class Ingested:
    r"""Rows that are ready to train on.

    Attributes:
        survey: The findings about their columns.
        targets: The findings about their targets.
        split: The encoded rows on disk.
    """

    survey: Survey
    targets: FoundTargets
    split: StoredSplit

    def __len__(self) -> int:
        return self.survey.rows


@dataclass(frozen=True, eq=False)
class Stream(Source):
    r"""Rows of files that may be larger than memory. Make one with :func:`stream`.

    Attributes:
        path: A file or a folder, as :func:`stream` takes it.
        wanted: The columns of the labels.
        labels_from: A second file that holds the target, with a column of identifiers; None if the rows hold it.
        cache: The folder of encoded rows; None for the user's cache.
        resize: The height and width that pictures are scaled to; None if they have one size.
    """

    in_parts: ClassVar[bool] = True

    path: Path
    wanted: tuple[str, ...] = ()
    labels_from: Path | None = None
    cache: Path | None = None
    resize: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """The name of the file or folder."""

        return shown(self.path.name)

    @cached_property
    def files(self) -> Blocks:
        """The rows as they are in the files."""

        return blocks_of(self.path, self.resize)

    @property
    def container(self) -> Container:
        """The container of the rows."""

        return self.files.container

    @cached_property
    def joined(self) -> JoinedLabels | None:
        """The labels of the second file, if there is one."""

        if self.labels_from is None or not self.wanted:
            return None

        names = self.files.names if self.container == "frame" else [ROW, *self.files.beside]

        return JoinedLabels(self.labels_from, self.wanted[0], names)

    @property
    def identifier(self) -> str | None:
        """The column that joins the labels of the second file to the rows of a table, which is not to be modeled."""

        return self.joined.name if self.joined and self.container == "frame" else None

    @cached_property
    def ready(self) -> dict[str, Ingested]:
        """The rows that were ingested already. The files count as they were then."""

        return {}

    @property
    def columns(self) -> list[str]:
        """The names of the columns without the targets."""

        every = self.files.names

        return [name for name in every if name not in self.wanted] if self.container == "frame" else every

    @property
    def targets(self) -> list[str]:
        """The names of the targets."""

        return list(self.wanted)

    def __len__(self) -> int:
        return len(self.files)

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields blocks of rows without the targets: frames whose index counts all rows, arrays, or cells."""

        return self.files.read(self.columns if columns is None else columns)

    def labels(self) -> Iterator[Table]:
        r"""Yields the targets of each block of rows, read without the rows.

        Raises:
            DataError: After the last one, if labels were joined and none belongs to a row.
        """

        blocks = self.files.read(self.label_columns) if self.container == "frame" else self.positions()

        yield from map(self.labels_of, blocks)

        if self.joined is not None:
            self.joined.check()

    def pairs(self, columns: Sequence[str], labeled: bool) -> Iterator[tuple[Any, Table | None]]:
        r"""Yields blocks of rows with their targets.

        Arguments:
            columns: The columns to read.
            labeled: Whether to read the targets; None takes their place otherwise.
        """

        if self.container != "frame":
            pairs = zip(self.files.read(), self.positions(), strict=True)

            return ((block, self.labels_of(rows) if labeled else None) for block, rows in pairs)

        frames = self.files.read([*columns, *(self.label_columns if labeled else [])])

        return ((frame[list(columns)], self.labels_of(frame) if labeled else None) for frame in frames)

    @property
    def label_columns(self) -> list[str]:
        """The columns that hold the targets, or that they are joined by."""

        if self.joined is not None:
            return [self.joined.name]

        names = self.files.names if self.container == "frame" else list(self.files.beside)

        for name in self.wanted:
            if not names:
                raise no_labels(self.path, name)

            if name not in names:
                raise no_target(name, self.name, names)

        return self.targets

    def labels_of(self, frame: pd.DataFrame) -> Table:
        """Returns the targets of the rows of a block."""

        if self.joined is None:
            return frame[self.label_columns]

        return self.joined.of(frame[self.joined.name]).to_frame(self.wanted[0])

    def positions(self) -> Iterator[pd.DataFrame]:
        """Yields the columns beside the rows of each block, and their positions, by which labels are joined."""

        names = self.files.beside.columns

        for start in range(0, len(self), self.files.size):
            index = pd.RangeIndex(start, min(start + self.files.size, len(self)))

            # A column of that name is the user's own.
            yield self.files.beside.iloc[index.start : index.stop].assign(**({} if ROW in names else {ROW: index}))


def stream(
    path: str | Path,
    target: str | Sequence[str] | None = None,
    labels: str | Path | None = None,
    cache: str | Path | None = None,
    resize: int | Sequence[int] | None = None,
) -> Stream:
    r"""Returns rows larger than memory, which the `fit` and `predict` of an estimator take as they take `X`.

    Arguments:
        path: A parquet file or a folder of them; an npy file of an array with shape (N, P) or of images; a folder of
            pictures; or an h5ad file of cells, whose counts are sparse and stored row by row.
        target: The column of the labels, which are missing where a row is unlabeled; or several columns, for a
            VAEPredictor.
        labels: A second file (CSV or parquet) that holds the target and one more column, by which it is joined to
            the rows: one that the rows have, too, or `row` (positions from 0 on) for an npy file. Rows that it does
            not name are unlabeled.
        cache: The folder of encoded rows; `~/.cache/semivae/streams` if it is not given.
        resize: The height and width that pictures of a folder are scaled to, or one number for both.

    Raises:
        DataError: If the files do not exist, cannot be read, or differ in their columns; or there is no such target.
        SettingError: If labels are given without the name of their column.

    Example:
        >>> rows = semivae.stream("people/", target="income")
        >>> classifier = semivae.VAEClassifier().fit(rows)
    """

    targets = () if target is None else (target,) if isinstance(target, str) else tuple(target)

    if labels is not None and not targets:
        raise SettingError(f"labels={str(labels)!r}", "the name of the target is needed, too", "target='NAME'")

    if labels is not None and len(targets) > 1:
        raise SettingError(f"target={list(targets)}", "a second file holds one target", f"target={targets[0]!r}")

    found = Stream(
        Path(path).expanduser(),
        targets,
        None if labels is None else Path(labels).expanduser(),
        None if cache is None else Path(cache).expanduser(),
        sides(resize),
    )

    _ = found.label_columns  # reads no row, and a wrong name should not wait until a fit

    return found
