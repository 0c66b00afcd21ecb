r"""What was understood of some data, as plain facts."""

from __future__ import annotations

__all__ = ["Column", "Summary", "Target", "summarize"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from semivae.data.codecs.base import Codec
from semivae.data.labels.classes import listed
from semivae.data.labels.table import FoundTargets
from semivae.data.labels.tally import FoundTarget
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


@dataclass(frozen=True)
class Target:
    r"""One target.

    Attributes:
        variable: What it is.
        labeled: The number of labeled rows.
        unlabeled: The number of other rows.
        unlabeled_as: How the other rows are marked: a marker, or "missing", and its count.
        counts: The number of labeled rows of each class, in their order; empty for a real target.
        reason: Why it is taken for classes or a number, in words; empty if the user said so.
    """

    variable: Variable
    labeled: int
    unlabeled: int
    unlabeled_as: dict[str, int]
    counts: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True)
class Summary:
    r"""What was understood of some data.

    Attributes:
        name: What the rows are called.
        rows: Their number.
        container: What they came in: "array", "frame" or "image".
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
    targets: tuple[Target, ...]
    warnings: tuple[str, ...]

    @property
    def target(self) -> Target | None:
        """The only target; None without one, or with several."""

        return self.targets[0] if len(self.targets) == 1 else None


def summarize(source: Source, found: Survey, targets: FoundTargets, warnings: Sequence[str] = ()) -> Summary:
    r"""Collects what was understood of some data.

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
        tuple(map(target_of, targets.columns.values())),
        tuple(dict.fromkeys(said)),
    )


def target_of(found: FoundTarget) -> Target:
    """Returns the plain facts of a target."""

    return Target(
        *(found.variable, found.labeled, found.rows - found.labeled),
        *(found.unlabeled_as, found.counts, found.reason),
    )


def warnings_of_repeats(source: Source, codec: Codec) -> Iterator[str]:
    """Yields a note on rows that repeat. Rows in files are not compared: all would have to be held for it."""

    if source.in_parts or codec.container == "image":
        return

    (values,) = map(codec.encode, source.rows())
    repeated = len(values) - len(np.unique(values, axis=0))

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
