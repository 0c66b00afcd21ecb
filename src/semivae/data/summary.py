r"""What was understood of some data, as plain facts."""

from __future__ import annotations

__all__ = ["Column", "Summary", "Target", "summarize", "target_of", "warnings_of_counts"]

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from semivae.data.codecs.base import Codec, Values
from semivae.data.labels.classes import distinct, listed
from semivae.data.labels.markers import as_column
from semivae.data.labels.single import ClassLabels, RealLabels
from semivae.data.source import Source
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
    r"""The target.

    Attributes:
        variable: What it is.
        labeled: The number of labeled rows.
        unlabeled: The number of other rows.
        unlabeled_as: How the other rows are marked: a marker, or "missing", and its count.
        counts: The number of labeled rows of each class, in their order; empty for a real target.
    """

    variable: Variable
    labeled: int
    unlabeled: int
    unlabeled_as: dict[str, int]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Summary:
    r"""What was understood of some data.

    Attributes:
        name: What the rows are called.
        rows: Their number.
        container: What they came in: "array", "frame" or "image".
        columns: The variables.
        left_out: Names of columns that are not modeled.
        target: The target, if there is one.
        warnings: What may be wrong with the data, in sentences.
    """

    name: str
    rows: int
    container: str
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    target: Target | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the facts as a dictionary of plain JSON values."""

        return dataclasses.asdict(self)


def summarize(
    source: Source, codec: Codec, labels: ClassLabels | RealLabels | None = None, warnings: Sequence[str] = ()
) -> Summary:
    r"""Collects what was understood of some data.

    Arguments:
        source: The rows and their labels.
        codec: The codec fitted on the rows.
        labels: The labels fitted on the target, if there is one.
        warnings: What else may be wrong, as the fit of the labels warned of it.
    """

    values = codec.encode(source.x)
    columns = tuple(columns_of(codec, values))
    target = None if labels is None else target_of(source, labels)
    found = [
        *warnings_of_rows(codec, values),
        *([] if labels is None else warnings_of_target(source, labels)),
        *warnings,
    ]
    once = tuple(dict.fromkeys(found))

    return Summary(source.name, len(source), codec.container, columns, codec.left_out, target, once)


def columns_of(codec: Codec, values: Values) -> Iterator[Column]:
    """Yields the variables with the number of missing values."""

    missing = [0] if codec.container == "image" else np.isnan(values).sum(axis=0).tolist()

    return (Column(variable, count) for variable, count in zip(codec.variables, missing, strict=True))


def target_of(source: Source, labels: ClassLabels | RealLabels) -> Target:
    """Counts labels."""

    labeled = is_labeled(source, labels)
    marked = pd.Series(as_column(source.y).to_numpy(dtype=object))[~labeled]
    codes, values = distinct(marked, labels.variable.name)
    counts = {str(value): int((codes == code).sum()) for code, value in enumerate(values)}
    absent = int((codes < 0).sum())

    return Target(
        labels.variable,
        int(labeled.sum()),
        int((~labeled).sum()),
        counts | ({"missing": absent} if absent else {}),
        class_counts(source, labels),
    )


def is_labeled(source: Source, labels: ClassLabels | RealLabels) -> np.ndarray:
    """Returns whether each row is labeled, with shape (N,)."""

    codes = labels.encode(source.y)

    return ~np.isnan(codes) if isinstance(labels, RealLabels) else codes >= 0


def class_counts(source: Source, labels: ClassLabels | RealLabels) -> tuple[int, ...]:
    """Returns the number of labels of each class."""

    if isinstance(labels, RealLabels):
        return ()

    codes = labels.encode(source.y)

    return tuple(np.bincount(codes[codes >= 0], minlength=len(labels.variable.classes)).tolist())


def warnings_of_rows(codec: Codec, values: Values) -> Iterator[str]:
    """Yields what may be wrong with the rows."""

    yield from codec.notes

    repeated = 0 if codec.container == "image" else len(values) - len(np.unique(values, axis=0))

    if repeated > len(values) / 100:
        yield f"{repeated} of {len(values)} rows repeat an earlier row"


def warnings_of_target(source: Source, labels: ClassLabels | RealLabels) -> Iterator[str]:
    """Yields what may be wrong with the labels."""

    if isinstance(labels, ClassLabels):
        yield from warnings_of_counts(labels.variable, class_counts(source, labels))


def warnings_of_counts(variable: Variable, labels: Sequence[int]) -> Iterator[str]:
    """Yields what may be wrong with the number of labels of each class."""

    counts = np.array(labels)
    single = [name for name, count in zip(variable.classes, counts, strict=True) if count == 1]

    if single:
        yield f"classes with a single labeled row, which no validation can test: {listed(single)}"

    if counts.max() >= UNEVEN * max(counts.min(), 1):
        yield f"classes are uneven: from {counts.min()} to {counts.max()} labeled rows"
