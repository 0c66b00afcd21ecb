r"""One pass over rows, in memory or in files, that finds the kind of every column and fits the codec."""

from __future__ import annotations

__all__ = ["Survey", "survey"]

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from semivae.data.codecs.array import ArrayCodec, as_table, column_names
from semivae.data.codecs.base import Codec, Values
from semivae.data.codecs.choose import codec_of
from semivae.data.codecs.frame import FrameCodec, refuse_empty
from semivae.data.codecs.selection import EVERYTHING, Selection
from semivae.data.columns.base import Tally
from semivae.data.columns.found import Found
from semivae.data.columns.notes import tell
from semivae.data.columns.scaling import LARGEST, infinite_values
from semivae.data.columns.tally import NumberTally
from semivae.data.columns.values import numbers
from semivae.data.labels.classes import Table
from semivae.data.single import fit_single
from semivae.data.source import Source
from semivae.errors import DataError, SettingError
from semivae.schema import Schema


@dataclass(frozen=True)
class Survey:
    r"""The findings about the columns of all rows.

    Attributes:
        codec: The codec fitted on them.
        names: The names of all columns, also of those that are left out, in their order.
        rows: The number of rows.
        missing: In how many rows each variable is missing.
        identifier: The column by which labels are joined, which is left out whatever it holds.
    """

    codec: Codec
    names: tuple[str, ...]
    rows: int
    missing: tuple[int, ...]
    identifier: str | None = None

    def warn(self) -> None:
        """Warns of columns."""

        tell(self.codec.notes)

    def to_json(self) -> dict[str, Any]:
        """Returns the survey as plain JSON values."""

        return {
            "schema": self.codec.schema().to_json(),
            "notes": list(self.codec.notes),
            "names": list(self.names),
            "rows": self.rows,
            "missing": list(self.missing),
            "identifier": self.identifier,
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Survey:
        """Creates the survey that :meth:`to_json` described."""

        codec = codec_of(Schema.from_json(facts["schema"]), facts["notes"])

        return cls(codec, tuple(facts["names"]), facts["rows"], tuple(facts["missing"]), facts["identifier"])


def survey(source: Source, selection: Selection = EVERYTHING) -> Survey:
    r"""Reads all rows once and fits their codec.

    Arguments:
        source: The rows.
        selection: What the user chose of them.

    Raises:
        DataError: If the rows cannot be used.
        SettingError: If columns are selected that are not there, or have no names.
    """

    if source.in_parts and selection.embed:
        raise SettingError(
            f"embed={selection.embed!r} with a stream",
            "texts are embedded in memory",
            "read the rows: semivae.read(path)",
        )

    if source.container == "frame" and not source.in_parts:
        refuse_empty(next(source.rows()))

    single = fit_single(source, selection)

    if single is not None:
        return Survey(*single, len(source), (0,), source.identifier)

    return survey_frames(source, selection) if source.container == "frame" else survey_arrays(source)


def survey_frames(source: Source, selection: Selection) -> Survey:
    """Reads the columns of frames that are modeled."""

    names = source.columns
    read = selection.modeled(names, source.identifier)

    if not read and source.in_parts:
        raise DataError(
            f"{source.name} has no column but the target and what is left out",
            "at least one column is needed to learn from",
        )

    # Rows in memory hold all values anyway, so that any number of them can be told apart.
    most = None if source.in_parts else math.inf
    tallies = [selection.tally(name, most) for name in read]
    infinite = Infinite(read)

    for frame in source.rows(read):
        for tally in tallies:
            tally.add(frame[tally.name])

        infinite.add_frame(frame, tallies)

    infinite.refuse()
    known = {tally.name: tally.found() for tally in tallies}
    found = {name: known.get(name, Found()) for name in names}
    missing = tuple(column.missing for column in found.values() for _ in column.variables)
    codec = FrameCodec.of(found, len(source))

    return Survey(codec, tuple(names), len(source), missing, source.identifier)


def survey_arrays(source: Source) -> Survey:
    """Reads tables of numbers."""

    tallies: dict[str, NumberTally] = {}
    missing: Any = 0
    infinite = Infinite(())
    dtype = "float64"

    for block in source.rows():
        table = as_table(block)
        dtype, values = table.dtype.name, table.astype(np.float64)

        if not tallies:
            tallies = {name: NumberTally() for name in column_names(values)}
            infinite = Infinite(list(tallies))

        missing = missing + np.isnan(values).sum(axis=0)
        infinite.add(values)

        for tally, column in zip(tallies.values(), values.T, strict=True):
            tally.add(column)

    infinite.refuse()
    codec = ArrayCodec.of(tallies, dtype, missing, infinite.rows)

    return Survey(codec, tuple(tallies), infinite.rows, tuple(missing.tolist()))


class Infinite:
    r"""Counts rows with infinite values, and tells of all of them in one error.

    Arguments:
        names: The names of the columns.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.columns = np.zeros(len(names), dtype=bool)
        self.count = 0
        self.rows = 0

    def add(self, values: Values) -> None:
        """Takes in a block of values with shape (N, P)."""

        infinite = np.abs(values) > LARGEST

        self.columns |= infinite.any(axis=0)
        self.count += int(infinite.any(axis=1).sum())
        self.rows += len(values)

    def add_frame(self, frame: Table, tallies: Sequence[Tally]) -> None:
        """Takes in the numbers of a frame, where an infinite one was met."""

        if not any(tally.infinite for tally in tallies):
            self.rows += len(frame)
            return

        values = np.full(frame.shape, np.nan)

        for i, tally in enumerate(tallies):
            if tally.infinite:
                values[:, i] = numbers(frame[tally.name])

        self.add(values)

    def refuse(self) -> None:
        """Raises the error for the infinite values, if there are any."""

        if self.count:
            where = [name for name, found in zip(self.names, self.columns, strict=True) if found]
            raise infinite_values(self.count, self.rows, where)
