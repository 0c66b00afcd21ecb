r"""The types, values and moments of a column, found block by block, in memory that does not grow with the rows."""

from __future__ import annotations

__all__ = ["MOST_VALUES", "ClassColumn", "NumberColumn", "NumberTally", "Types", "ValueCounts", "says_nothing"]

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.columns.base import Tally
from semivae.data.columns.found import Found
from semivae.data.columns.marginal import Marginal
from semivae.data.columns.scaling import LARGEST, Moments
from semivae.data.columns.spelled import TextForms
from semivae.data.columns.texts import declared_category
from semivae.data.columns.values import is_ordered, kind_of, numbers, real_dtype, stray
from semivae.data.labels.classes import Cells, distinct
from semivae.errors import DataError
from semivae.variables import Variable

# Streamed columns with more different values are not categories: counts are kept in memory.
MOST_VALUES = 2**16

# Fewer whole numbers may count the rows by accident.
FEWEST_COUNTED = 20


class Types:
    """The types that a column has in its blocks: whole numbers become floats in the blocks with a missing cell."""

    def __init__(self) -> None:
        self.cells: dict[Any, Any] = {}
        self.declared: dict[Any, None] = {}
        self.ordered = False

    def add(self, column: Cells) -> None:
        """Takes in a block."""

        dtype = column.dtype
        key = dtype if isinstance(dtype, np.dtype) else str(dtype)

        if key not in self.cells:
            self.cells[key] = column.array[:1].copy()

        if isinstance(dtype, pd.CategoricalDtype):
            self.declared |= dict.fromkeys(column.cat.categories.tolist())
            self.ordered = is_ordered(column)

    @property
    def column(self) -> Cells:
        """Cells of the type that the column would have in memory."""

        cells = [pd.Series(cells) for cells in self.cells.values()] or [pd.Series([None], dtype=object)]

        return pd.concat(cells, ignore_index=True) if len(cells) > 1 else cells[0]

    @property
    def dtype(self) -> Any:
        """The type that the column would have in memory."""

        known = [key for key in self.cells if isinstance(key, np.dtype)]

        return known[0] if len(known) == len(self.cells) == 1 else self.column.dtype

    @property
    def categories(self) -> list[Any] | None:
        """The categories in the order of a categorical type; None for any other type."""

        return list(self.declared) if list(self.cells) == ["category"] else None


class ValueCounts:
    r"""The distinct values of a column, and the number of rows of each.

    Arguments:
        name: The name of the column.
        most: The most values to count; :py:`None` for the limit of a stream.
    """

    def __init__(self, name: str, most: float | None = None) -> None:
        self.name = name
        self.most = MOST_VALUES if most is None else most
        self.types = Types()
        self.rows = 0
        self.counts: dict[Any, int] | None = {}
        self.forms = TextForms()

    def add(self, column: Cells) -> None:
        """Takes in a block."""

        self.rows += len(column)

        if not says_nothing(column):
            self.types.add(column)

        if self.counts is None and not self.forms.alive:
            return

        codes, values = distinct(column, self.name)
        counts = np.bincount(codes + 1, minlength=len(values) + 1)[1:].tolist()

        if values:
            self.forms.add(values, counts)

        if self.counts is None:
            return

        for value, count in zip(values, counts, strict=True):
            self.counts[value] = self.counts.get(value, 0) + count

        if len(self.counts) > self.most:
            self.counts = None


class NumberTally:
    """Numbers of a column: their moments and shares, and whether they count the rows."""

    def __init__(self) -> None:
        self.moments = Moments()
        self.marginal = Marginal()
        self.rows = 0
        self.first: float | None = None
        self.rising = True
        self.infinite = False

    def add(self, values: NDArray[np.float64]) -> None:
        """Takes in the values of a block, with shape (N,)."""

        moments = Moments.of(values)
        self.first = float(values[0]) if self.first is None else self.first
        before, self.rows = self.rows, self.rows + len(values)
        self.rising = self.rising and moments.count == len(values) and counts_on(values - self.first, before)
        self.infinite |= moments.count < len(values) and bool((np.abs(values) > LARGEST).any())
        self.moments = self.moments.merge(moments)
        self.marginal.add(values)

    def found(self, name: str, dtype: str, missing: int, kept: bool = False) -> Found:
        r"""Judges the column by all its blocks.

        Arguments:
            name: Its name.
            dtype: The type of the numbers.
            missing: In how many rows they are missing.
            kept: Whether it is modeled even if it looks like an identifier.
        """

        variable = self.moments.variable(name, dtype, missing > 0)
        variable = replace(variable, **self.marginal.facts(variable))
        counts_rows = self.rising and self.rows > FEWEST_COUNTED and not missing

        return Found(
            (variable,), missing, counts_rows=counts_rows and variable.integer and not kept, infinite=self.infinite
        )


def counts_on(values: NDArray[np.float64], first: int) -> bool:
    """Whether values rise by one from row to row."""

    # Checking the last value first rejects nearly every column.
    return bool(values[-1] == first + len(values) - 1) and np.array_equal(values, np.arange(first, first + len(values)))


class NumberColumn(Tally):
    r"""Tally of a column of numbers.

    Arguments:
        name: The name of the column.
        kept: Whether it is modeled even if it looks like an identifier.
    """

    def __init__(self, name: str, kept: bool = False) -> None:
        super().__init__(name)

        self.kept = kept
        self.missing = 0
        self.types = Types()
        self.real = NumberTally()

    @property
    def infinite(self) -> bool:
        """Whether a value is infinite."""

        return self.real.infinite

    def add(self, column: Cells) -> None:
        """Takes in a block, whose cells must all be numbers."""

        refuse_text(column, self.name)
        self.take(column)

    def take(self, column: Cells) -> None:
        """Takes in a block of numbers."""

        values = numbers(column)
        self.real.add(values)
        self.types.add(column)
        self.missing += int(np.isnan(values).sum())

    def found(self) -> Found:
        """Judges a column of numbers, or one without any value, which keeps its type."""

        dtype = self.types.dtype

        if not self.real.moments.count and not self.real.infinite:
            return Found((Variable(self.name, "real", dtype=str(dtype), missing=True),), self.missing)

        return self.real.found(self.name, real_dtype(dtype), self.missing, self.kept)


class ClassColumn(Tally):
    r"""Tally of a column of categories, whatever its values look like.

    Arguments:
        name: The name of the column.
        most: The most values to count; :py:`None` for the limit of a stream.
    """

    def __init__(self, name: str, most: float | None = None) -> None:
        super().__init__(name)

        self.missing = 0
        self.values = ValueCounts(name, most)

    def add(self, column: Cells) -> None:
        """Takes in a block of values that recur."""

        self.missing += int(column.isna().sum())
        self.values.add(column)

    def found(self) -> Found:
        """Returns a category, even if numbers or text could be another kind."""

        types = self.values.types

        return declared_category(self.values, self.missing, str(types.dtype), types.categories)


def refuse_text(column: Cells, name: str) -> None:
    r"""Checks that a column declared as numbers holds numbers.

    Raises:
        DataError: If it does not.
    """

    if kind_of(column) == "real":
        return

    row, example = stray(column)

    raise DataError(
        f"column {name!r} holds {example!r} (row {row})",
        "kinds= says that it holds numbers",
        f'X[{name!r}] = pandas.to_numeric(X[{name!r}], errors="coerce")  # the rest becomes missing',
    )


def says_nothing(column: Cells) -> bool:
    """Whether a block has neither a value nor a type that shows its kind."""

    return column.dtype == object and bool(column.isna().all())
