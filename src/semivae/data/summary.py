r"""The facts about some data: its columns, its targets, and possible problems."""

from __future__ import annotations

__all__ = ["Column", "Summary", "summarize"]

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from semivae.data.codecs.base import Codec
from semivae.data.kinds import RowKind, handler
from semivae.data.labels.classes import listed
from semivae.data.labels.found import FoundTarget
from semivae.data.labels.table import FoundTargets
from semivae.data.repeats import groups_of
from semivae.data.source import Source
from semivae.data.survey import Survey
from semivae.variables import Variable

UNEVEN = 20  # from here on, how many times more frequent one class is than another is worth a warning


@dataclass(frozen=True)
class Column:
    r"""One variable of the data.

    Attributes:
        variable: What it is.
        missing: In how many rows it is missing.
    """

    variable: Variable
    missing: int


@dataclass(frozen=True, eq=False)
class Summary:
    r"""The facts about some data.

    Attributes:
        name: What the rows are called.
        rows: Their number.
        container: What they came in, such as "frame".
        columns: The variables.
        left_out: Names of columns that are not modeled.
        targets: The targets.
        warnings: What may be wrong with the data, in sentences.
    """

    name: str
    rows: int
    container: str
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    targets: tuple[FoundTarget, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the facts as a dictionary of plain JSON values."""

        plain = {name: value for name, value in vars(self).items() if name not in ("columns", "targets")}
        columns = [dataclasses.asdict(column) for column in self.columns]

        targets = [target.to_json() for target in self.targets]

        return plain | {"columns": columns, "targets": targets, "likelihood": self.likelihood}

    @property
    def likelihood(self) -> dict[str, str] | None:
        """The likelihood that a fit chooses for images and sparse rows, and the reason; None for a table."""

        kind = handler(self.columns[0].variable)

        return {"chosen": kind.variable.pixels, "reason": kind.reason} if isinstance(kind, RowKind) else None

    @property
    def target(self) -> FoundTarget | None:
        """The only target; None without one, or with several."""

        return self.targets[0] if len(self.targets) == 1 else None


def summarize(source: Source, found: Survey, targets: FoundTargets, warnings: Sequence[str] = ()) -> Summary:
    r"""Collects the facts about some data.

    Arguments:
        source: The rows and their labels.
        found: The findings about the columns.
        targets: The findings about the targets.
        warnings: What else may be wrong.
    """

    codec = found.codec
    columns = tuple(Column(variable, gaps) for variable, gaps in zip(codec.variables, found.missing, strict=True))
    counted = (warnings_of_counts(target) for target in targets.columns.values() if len(targets.columns) == 1)
    said = [*codec.notes, *warnings_of_repeats(source, codec), *chain.from_iterable(counted), *warnings]

    return Summary(
        *(source.name, len(source), codec.container, columns, codec.left_out),
        tuple(targets.columns.values()),
        tuple(dict.fromkeys(said)),
    )


def warnings_of_repeats(source: Source, codec: Codec) -> Iterator[str]:
    """Yields a note on rows that repeat. Rows in files are not compared: all would have to be held for it."""

    if source.in_parts or codec.schema().single:
        return

    (values,) = map(codec.encode, source.rows())
    repeated = len(values) - len(np.unique(groups_of(values)))

    if repeated > len(values) / 100:
        yield f"{repeated} of {len(values)} rows repeat an earlier row"


def warnings_of_counts(target: FoundTarget) -> Iterator[str]:
    """Yields notes on the number of labels of each class."""

    counts = np.array(target.counts)

    if not len(counts):
        return

    single = [name for name, count in zip(target.variable.classes, counts, strict=True) if count == 1]

    if single:
        yield f"classes with a single labeled row, which no validation can test: {listed(single)}"

    if counts.max() >= UNEVEN * max(counts.min(), 1):
        yield f"classes are uneven: from {counts.min()} to {counts.max()} labeled rows"
