r"""A table of targets: each column is a class or a real value, with missing entries of its own."""

from __future__ import annotations

__all__ = ["FoundTargets", "TargetLabels", "Wanted", "decoded", "find_targets", "target_frame"]

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.array import as_array
from semivae.data.codecs.frame import is_frame, pandas_frame
from semivae.data.labels.classes import Cells, Table, listed
from semivae.data.labels.found import FoundTarget
from semivae.data.labels.markers import Markers, Target, as_column, marker_set
from semivae.data.labels.single import ClassLabels, RealLabels, labels_of
from semivae.data.labels.tally import TargetTally
from semivae.data.source import Source
from semivae.errors import DataError, SchemaError, SettingError
from semivae.variables import TargetForm, Variable

# Classes, a real value, judged by the values, or no target.
Wanted: TypeAlias = Literal["category", "real", "any", "none"]


class TargetLabels:
    r"""Translates a table of targets.

    Arguments:
        variable: One target, or several as its parts.
        missing_label: The value, or list of values, that means unlabeled; -1 for classes by default.
    """

    def __init__(self, variable: Variable | None, missing_label: Markers = None) -> None:
        parts = () if variable is None else variable.parts or (variable,)

        self.variable = variable
        self.labels = {part.name: labels_of(part, missing_label) for part in parts}

    def encode(self, y: Table) -> NDArray[np.float64]:
        r"""Returns scaled values and codes of classes, with shape (N, T); NaN where missing.

        Arguments:
            y: The targets, as :meth:`table` returns them; an absent one is missing in every row.

        Raises:
            SchemaError: If a class is not known.
        """

        columns = [points(labels, y.get(name), len(y)) for name, labels in self.labels.items()]

        return np.column_stack(columns) if columns else np.empty((len(y), 0))

    def table(self, y: Target) -> Table:
        r"""Returns targets as a frame: by their names, or all of them in order.

        Raises:
            DataError: If they are not a table.
            SchemaError: If a target is unknown, or an array has another number of targets.
        """

        table = target_frame(y)

        if not is_frame(y) and len(table.columns) == len(self.labels):
            return table.set_axis(list(self.labels), axis=1)

        strange = [name for name in table if name not in self.labels]

        if strange:
            raise SchemaError(
                f"y has columns that are not targets of the fit: {listed(strange)}",
                f"its targets are {listed(self.labels)}",
                "leave the others out, and give an array all targets in order",
            )

        return table

    def decode(self, points: NDArray[np.float64]) -> Table:
        r"""Returns targets as the user wrote them; missing ones stay missing.

        Arguments:
            points: Scaled values and codes of classes, with shape (N, T); NaN where missing.

        Returns:
            A frame with N rows.
        """

        columns = zip(self.labels.items(), points.T, strict=True)

        return pd.DataFrame({name: decoded(labels, column) for (name, labels), column in columns})


@dataclass(frozen=True, eq=False)
class FoundTargets:
    r"""A table of targets, judged and, if in memory, coded.

    Attributes:
        columns: Each target by its name.
        missing_label: The value, or list of values, that means unlabeled, as the user gave it.
        real: The names of targets declared as real values.
    """

    columns: dict[str, FoundTarget]
    missing_label: Markers = None
    real: tuple[str, ...] = ()

    @property
    def single(self) -> Variable:
        """The only target."""

        (found,) = self.columns.values()

        return found.variable

    @property
    def table(self) -> Variable:
        """The targets as the parts of one variable."""

        return Variable("targets", "several", parts=tuple(found.variable for found in self.columns.values()))

    @property
    def labels(self) -> TargetLabels:
        """The translation of the targets."""

        return TargetLabels(self.table if self.columns else None, self.missing_label)

    @property
    def points(self) -> NDArray[np.float64]:
        """Scaled values and codes of classes, with shape (N, T), of labels in memory; NaN where missing."""

        return np.column_stack([np.where(found.known, found.points, np.nan) for found in self.columns.values()])

    def kept(self, keep: NDArray[np.bool_]) -> Self:
        r"""Returns the targets without the labels of other rows.

        Arguments:
            keep: Whether each row keeps its labels, with shape (N,).
        """

        columns = {name: found.only(keep) for name, found in self.columns.items()}

        return type(self)(columns, self.missing_label, self.real)

    def answers(self, wanted: Wanted, missing_label: Markers, real: Collection[str]) -> bool:
        """Whether another search would find the same targets."""

        real = [str(name) for name in real]
        known = wanted == "any" or all(
            bool(found.variable.classes) == (wanted == "category") for found in self.columns.values()
        )
        markers = [sorted(map(repr, marker_set(given))) for given in (self.missing_label, missing_label)]
        alike = markers[0] == markers[1] and (self.missing_label is None) == (missing_label is None)

        numbers = all(not self.columns[name].variable.classes for name in real if name in self.columns)

        return known and alike and numbers and {*self.real} <= {*real}


def find_targets(
    source: Source, wanted: Wanted = "any", missing_label: Markers = None, real: Collection[str] = ()
) -> FoundTargets:
    r"""Judges and codes the targets of some rows, in one pass over their labels and once for each source.

    Arguments:
        source: The rows.
        wanted: The kind of the targets; "any" to judge each by its values, "none" for no target.
        missing_label: The value, or list of values, that means unlabeled.
        real: The names of targets that are real values even where they look like classes.

    Raises:
        DataError: If a target is known in no row, or cannot be learned.
        SettingError: If `real` names no target.
    """

    if wanted == "none":
        return FoundTargets({}, missing_label)

    for found in source.judged:
        if found.answers(wanted, missing_label, real):
            return found

    found = found_in(source.labels(), source.targets, wanted, missing_label, real, source.in_parts)
    source.judged.append(found)

    return found


def found_in(
    blocks: Iterable[Mapping[str, Cells]],
    names: Sequence[str],
    wanted: Wanted,
    missing_label: Markers,
    real: Collection[str],
    in_parts: bool = False,
) -> FoundTargets:
    """Judges and codes the targets of some blocks, as :func:`find_targets` does."""

    real = tuple(map(str, real))
    refuse_absent(real, names)
    kind: TargetForm | None = None if wanted in ("any", "none") else wanted
    tallies = {name: TargetTally(name, "real" if name in real else kind, missing_label, in_parts) for name in names}

    for block in blocks:
        for name, tally in tallies.items():
            tally.add(as_column(block[name]))

    return FoundTargets({name: tally.found() for name, tally in tallies.items()}, missing_label, real)


def refuse_absent(real: Sequence[str], names: Sequence[str]) -> None:
    """Checks that there are targets, and that declared real values are among them."""

    if not names:
        raise DataError("y has no column", "several targets need a table with a column each")

    strange = sorted({*real} - {*names})

    if strange:
        raise SettingError(f"real={listed(strange)}", f"the targets are {listed(names)}", f"real=[{names[-1]!r}]")


def target_frame(y: Target) -> Table:
    r"""Returns several targets as a frame, with one column each; the columns of an array are named y0, y1, ...

    Arguments:
        y: A pandas or polars frame, or an array, tensor or list with shape (N, T), or (N,) for a single one.

    Raises:
        DataError: If it is not a table.
    """

    if is_frame(y):
        return pandas_frame(y).reset_index(drop=True)

    try:
        # As objects, for text beside numbers would turn these into text.
        array = np.array(y, dtype=object) if isinstance(y, list | tuple) else np.asarray(as_array(y))
    except ValueError as error:
        raise DataError(str(error), "every row needs one entry per target") from error

    array = array[:, None] if array.ndim == 1 else array

    if array.ndim != 2:
        raise DataError(f"y has shape {array.shape}", "several targets need a table with a column each")

    return pd.DataFrame(array, columns=[f"y{j}" for j in range(array.shape[1])])


def points(labels: ClassLabels | RealLabels, column: Cells | None, rows: int) -> NDArray[np.float64]:
    """Returns scaled values, or codes of classes, with shape (N,); NaN where missing or without a column."""

    if column is None:
        return np.full(rows, np.nan)

    encoded = labels.encode(column).astype(np.float64)

    return np.where(encoded < 0, np.nan, encoded) if isinstance(labels, ClassLabels) else encoded


def decoded(labels: ClassLabels | RealLabels, points: NDArray[np.float64]) -> NDArray[Any]:
    """Returns one target as the user wrote it, from points with shape (N,)."""

    if isinstance(labels, RealLabels):
        return labels.decode(points)

    return labels.decode(np.where(np.isnan(points), -1, points).astype(np.int64))
