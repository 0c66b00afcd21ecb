r"""One target, judged and coded in one pass over its labels, whether they are in memory or come in blocks."""

from __future__ import annotations

__all__ = ["TargetTally"]

from collections import Counter
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from semivae.data.columns import tally
from semivae.data.columns.scaling import Moments
from semivae.data.columns.values import kind_of, refuse_kind
from semivae.data.files.delimited import as_labels
from semivae.data.labels.classes import Cells, distinct, look_up
from semivae.data.labels.found import FoundTarget
from semivae.data.labels.judge import class_variable, kind_of_values, real_variable, too_many
from semivae.data.labels.markers import Markers, class_markers, is_marker, likely_markers, marker_set, real_values
from semivae.errors import DataError
from semivae.variables import TargetForm


class TargetTally:
    r"""Judges and codes a target.

    Arguments:
        name: Its name.
        form: "category" or "real"; None to judge by the values.
        missing_label: The value, or list of values, that means unlabeled; None to judge whether -1 does.
        in_parts: Whether labels come in blocks that are not kept. Otherwise there is one block, which is coded.
    """

    def __init__(
        self, name: str, form: TargetForm | None = None, missing_label: Markers = None, in_parts: bool = False
    ) -> None:
        self.name = name
        self.form: TargetForm | None = form
        self.missing_label = missing_label
        self.in_parts = in_parts
        self.rows = 0
        self.types = tally.Types()
        self.whole: Cells = pd.Series(dtype=object)
        self.codes: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.values: list[Any] = []
        self.counts: Counter[Any] | None = Counter()
        self.moments = self.others = Moments()
        self.marked: Counter[str] = Counter()
        self.stray: DataError | None = None

    @classmethod
    def of(cls, column: Cells, name: str, form: TargetForm | None = None, missing_label: Markers = None) -> Self:
        """Returns the tally of labels in memory."""

        found = cls(name, form, missing_label)
        found.add(column)

        return found

    def add(self, column: Cells) -> None:
        """Takes in a block, or all labels."""

        self.rows += len(column)

        if not tally.says_nothing(column):
            self.types.add(column)

        if self.form is None:
            refuse_kind(kind_of(column), self.name)

        if self.form != "real" and self.counts is not None:
            self.add_values(column)

        if self.in_parts:
            self.add_numbers(column)
        else:
            self.whole = column

    def add_values(self, column: Cells) -> None:
        """Counts the different values of a block."""

        self.codes, self.values = distinct(column, self.name)
        counts = np.bincount(self.codes + 1, minlength=len(self.values) + 1)[1:].tolist()
        known = self.counts or Counter()
        known.update(dict(zip(self.values, counts, strict=True)))
        self.counts = None if self.in_parts and len(known) > tally.MOST_VALUES else known

    def add_numbers(self, column: Cells) -> None:
        """Takes in the numbers of a block, unless the target holds anything else."""

        if self.form == "category" or self.stray is not None:
            return

        try:
            self.numbers(column)
        except DataError as error:
            if self.form == "real":
                raise

            self.stray = error  # raised only if the target is a real value

    def numbers(self, column: Cells) -> NDArray[np.float64]:
        """Returns the values of a block with shape (N,), NaN where unlabeled, and takes them in."""

        values = real_values(column, self.missing_label, self.name)
        self.moments = self.moments.merge(Moments.of(values))
        self.others = self.others.merge(Moments.of(values[values != -1]))
        marked = np.isnan(values) & column.notna().to_numpy()

        if marked.any():
            self.marked.update(column[marked].map(str).tolist())

        return values

    @cached_property
    def found_values(self) -> dict[Any, int]:
        r"""The number of rows of each value, markers among them.

        Whole numbers that became floats beside a missing cell are whole again.

        Raises:
            DataError: If there are too many different values to be classes.
        """

        if self.counts is None:
            raise too_many(self.name, tally.MOST_VALUES)

        if not self.in_parts:
            return self.counts

        return dict(zip(distinct(self.column, self.name)[1], self.counts.values(), strict=True))

    @property
    def gaps(self) -> int:
        """The number of rows without a value."""

        return self.rows - sum((self.counts or {}).values())

    @property
    def column(self) -> Cells:
        """The labels in the user's type; for blocks, each value once, missing included."""

        if not self.in_parts:
            return self.whole

        dtype = self.types.column.dtype
        dtype = object if isinstance(dtype, pd.CategoricalDtype) else dtype
        column = pd.Series([*(self.counts or {}), *([None] if self.gaps else [])], dtype=dtype)

        return as_labels(column) if column.dtype.kind == "f" else column

    def judged(self) -> tuple[TargetForm, str]:
        """Returns "category" or "real", and the reason in words."""

        if self.form is not None:
            return self.form, ""

        if self.counts is None and types.is_numeric_dtype(self.types.column.dtype):
            return "real", "very many different numbers"

        kept = self.kept(self.likely_markers)

        return kind_of_values(list(kept), sum(kept.values()), self.types.categories is not None)

    @property
    def likely_markers(self) -> Markers:
        """The markers of unlabeled rows, if the target holds classes."""

        return likely_markers(list(self.found_values), self.gaps > 0, self.missing_label)

    def kept(self, missing_label: Markers) -> dict[Any, int]:
        """Returns the counts of values that do not mean unlabeled."""

        markers = marker_set(missing_label)

        return {value: count for value, count in self.found_values.items() if not is_marker(value, markers)}

    def coded(self) -> NDArray[Any]:
        """Returns the codes of classes (-1 where unlabeled) or the values of a number (NaN), of labels in memory."""

        if self.judged()[0] == "real":
            return real_values(self.whole, self.missing_label, self.name)

        return look_up(self.codes, self.values, list(self.kept(self.likely_markers)))

    def found(self) -> FoundTarget:
        r"""Judges the target by all its labels.

        Raises:
            DataError: If it cannot be learned.
        """

        form, reason = self.judged()

        return self.found_classes(reason) if form == "category" else self.found_numbers(reason)

    def found_classes(self, reason: str) -> FoundTarget:
        """Returns a target of classes."""

        markers = class_markers(list(self.found_values), self.gaps > 0, self.missing_label, self.name)
        kept = self.kept(markers)
        variable = class_variable(kept, self.column, self.rows, self.missing_label, self.name)
        marked = {str(value): count for value, count in self.found_values.items() if value not in kept}

        return FoundTarget(
            variable,
            reason,
            self.rows,
            tuple(kept[name] for name in variable.classes),
            sum(kept.values()),
            marked | ({"missing": self.gaps} if self.gaps else {}),
            None if self.in_parts else look_up(self.codes, self.values, variable.classes),
        )

    def found_numbers(self, reason: str) -> FoundTarget:
        """Returns a target of real values."""

        if self.stray is not None:
            raise self.stray

        values = None if self.in_parts else self.numbers(self.whole)
        variable = real_variable(self.moments, self.others, self.types.column.dtype, self.rows, self.name)
        labeled = self.moments.count
        gaps = self.rows - labeled - sum(self.marked.values())

        return FoundTarget(
            *(variable, reason, self.rows, (), labeled),
            dict(self.marked) | ({"missing": gaps} if gaps else {}),
            values,
        )
