r"""The first pass over rows larger than memory: what every column is."""

from __future__ import annotations

__all__ = ["Survey", "survey"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from semivae.data.codecs.array import ArrayCodec
from semivae.data.codecs.base import Codec, Values
from semivae.data.codecs.choose import codec_of
from semivae.data.codecs.frame import FrameCodec
from semivae.data.codecs.selection import EVERYTHING, Selection
from semivae.data.kinds.columns import numbers
from semivae.data.kinds.found import Found
from semivae.data.kinds.judge import ColumnTally
from semivae.data.kinds.notes import tell
from semivae.data.kinds.scaling import LARGEST, infinite_values
from semivae.data.kinds.tally import NumberTally
from semivae.data.labels.classes import Table
from semivae.data.stream.blocks import Blocks
from semivae.errors import DataError
from semivae.variables import Schema


@dataclass(frozen=True)
class Survey:
    r"""What was found in all rows.

    Attributes:
        codec: The codec fitted on them.
        names: The names of all columns, those that are left out too, in their order.
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
        """Warns of columns, as a fit in memory does."""

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


def survey(
    blocks: Blocks, names: Sequence[str], identifier: str | None = None, selection: Selection = EVERYTHING
) -> Survey:
    r"""Reads all rows once.

    Arguments:
        blocks: The rows.
        names: The columns of the data, so all but the target.
        identifier: The column among them that is not modeled, as labels are joined by it.
        selection: Which columns are modeled.

    Raises:
        DataError: If the rows cannot be used, as for rows in memory.
        SettingError: If columns are selected that are not there, or have no names.
    """

    if blocks.container == "array":
        selection.refuse("arrays")

        return survey_arrays(blocks)

    selection.check(names)
    read = [name for name in names if name not in (identifier, *selection.left_out)]

    if not read:
        raise DataError(
            f"{blocks.path} has no column but the target and what is left out",
            "at least one column is needed to learn from",
        )

    tallies = [ColumnTally(name, name in selection.keep) for name in read]
    infinite = Infinite(read)

    for frame in blocks.read(read):
        for tally in tallies:
            tally.add(frame[tally.name])

        infinite.add(raw(frame, tallies))

    infinite.refuse()
    known = {tally.name: tally.found() for tally in tallies}
    found = {name: known.get(name, Found()) for name in names}
    missing = tuple(column.missing for column in found.values() for _ in column.variables)

    return Survey(FrameCodec.of(found, len(blocks)), tuple(names), len(blocks), missing, identifier)


def survey_arrays(blocks: Blocks) -> Survey:
    """Reads all rows of an array once."""

    tallies = {name: NumberTally() for name in blocks.names}
    missing = np.zeros(len(blocks.names), dtype=np.int64)
    infinite = Infinite(blocks.names)
    dtype = "float64"

    for block in blocks.read():
        dtype = block.dtype.name
        values = block.astype(np.float64)
        missing += np.isnan(values).sum(axis=0)
        infinite.add(values)

        for tally, column in zip(tallies.values(), values.T, strict=True):
            tally.add(column)

    infinite.refuse()
    codec = ArrayCodec.of(tallies, dtype, missing, len(blocks))

    return Survey(codec, tuple(blocks.names), len(blocks), tuple(missing.tolist()))


class Infinite:
    r"""Counts rows with infinite values, of which one error tells in the end.

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

    def refuse(self) -> None:
        """Raises the error for what was found, if anything was."""

        if self.count:
            where = [name for name, found in zip(self.names, self.columns, strict=True) if found]
            raise infinite_values(self.count, self.rows, where)


def raw(frame: Table, tallies: Sequence[ColumnTally]) -> Values:
    """Returns the numbers of a frame with shape (N, P); NaN in other columns."""

    values = np.full(frame.shape, np.nan)

    for i, tally in enumerate(tallies):
        if tally.infinite:
            values[:, i] = numbers(frame[tally.name])

    return values
