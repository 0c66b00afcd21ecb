r"""The kind of a column, judged by its values, block by block."""

from __future__ import annotations

__all__ = ["ColumnTally"]

from pandas.api import types as dtypes

from semivae.data.columns.base import Tally
from semivae.data.columns.dates import DateTally, date_parts
from semivae.data.columns.found import Found
from semivae.data.columns.tally import NumberColumn, ValueCounts
from semivae.data.columns.texts import category_in
from semivae.data.columns.values import kind_of, refuse_kind
from semivae.data.labels.classes import Cells
from semivae.errors import DataError


class ColumnTally(Tally):
    r"""Tally of a column that is judged by its values.

    Arguments:
        name: The name of the column.
        kept: Whether it is modeled even if it looks like an identifier.
        most: The most different values to count; :py:`None` for the limit of a stream.
    """

    def __init__(self, name: str, kept: bool = False, most: float | None = None) -> None:
        super().__init__(name)

        self.kept = kept
        self.most = most
        # Counts the missing cells and the types of blocks of any kind, too.
        self.numbers = NumberColumn(name, kept)
        self.values: ValueCounts | None = None
        self.dates: DateTally | None = None

    @property
    def infinite(self) -> bool:
        """Whether a value is infinite."""

        return self.numbers.infinite

    def add(self, column: Cells) -> None:
        """Takes in a block of a frame."""

        numeric = dtypes.is_numeric_dtype(column.dtype)
        gaps = 0 if numeric else int(column.isna().sum())

        # A block without any value could be of any kind.
        if not numeric and gaps == len(column):
            self.numbers.missing += gaps

            if column.dtype != object:
                self.numbers.types.add(column)

            return

        kind = kind_of(column)

        if kind == "real":
            self.numbers.take(column)
            return

        self.numbers.missing += gaps
        self.numbers.types.add(column)

        if kind == "date":
            self.dates = self.dates or DateTally()
            self.dates.add(date_parts(column, ""))
        else:
            refuse_kind(kind, self.name)
            self.values = self.values or ValueCounts(self.name, self.most)
            self.values.add(column)

    def found(self) -> Found:
        r"""Judges the column by all its blocks.

        Raises:
            DataError: If it holds dates beside other values, or text among numbers.
        """

        missing, types = self.numbers.missing, self.numbers.types

        if self.dates is not None and (self.values is not None or self.numbers.real.moments.count):
            raise DataError(
                f"column {self.name!r} holds dates beside other values",
                "all values of a column of dates must be dates",
                f'X[{self.name!r}] = pandas.to_datetime(X[{self.name!r}], errors="coerce")',
            )

        if self.dates is not None:
            return Found(self.dates.variables(self.name, missing > 0), missing)

        if self.values is not None:
            dtype, declared = str(types.dtype), types.categories

            found = category_in(self.values, missing, dtype, declared, self.kept)

            return found.of_kind("ordinal") if types.ordered and declared is not None else found

        return self.numbers.found()
