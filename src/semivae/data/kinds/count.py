r"""Counts: whole numbers from 0 on, which a model sees as they are. A column is one only where the user says so."""

from __future__ import annotations

__all__ = ["LARGEST_COUNT", "Count"]

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from semivae.data.columns.base import Tally
from semivae.data.columns.found import Found
from semivae.data.columns.scaling import LARGEST, Moments
from semivae.data.columns.tally import NumberColumn
from semivae.data.columns.values import kind_of, numbers, real_dtype, restored_numbers, stray
from semivae.data.kinds.base import CellKind, Limits, kinds
from semivae.data.labels.classes import Cells, plain
from semivae.errors import DataError
from semivae.variables import Variable

# Single precision, in which models learn, has every whole number up to here.
LARGEST_COUNT = 2**24

# Counts whose variance is so many times their mean are negative binomial.
SPREAD = 1.5


@kinds.register("count")
class Count(CellKind):
    """Handler of counts. They are not scaled: networks read the logarithm, standardized by its mean and deviation."""

    @classmethod
    def tally(cls, name: str, most: float | None = None) -> Tally:
        """Returns a tally that refuses numbers that are no counts."""

        return CountColumn(name)

    @property
    def limits(self) -> Limits:
        """No limit but zero: a rare count may be larger than all that were observed."""

        return (None, None) if self.variable.valueless else (0.0, math.inf)

    def encode(self, column: Cells) -> NDArray[np.float64]:
        """Returns the counts, with shape (N,); all missing if the fit had none."""

        return np.full(len(column), np.nan) if self.variable.valueless else numbers(column)

    def decode(self, values: NDArray[np.float64]) -> Cells:
        """Returns a column of whole numbers, also of a type that holds fractions: the mean of a count is one."""

        return restored_numbers(np.rint(values), self.variable)

    def difference(self, column: Cells) -> str:
        """Describes the first cell that is no count."""

        if self.variable.valueless:
            return ""

        if kind_of(column) != "real":
            row, example = stray(column)
        elif (odd := odd_cells(numbers(column))).any():
            row, example = first_odd(column, odd)
        else:
            return ""

        return f"column {self.variable.name!r} must hold counts, but holds {example!r} (row {row})"

    def problems(self) -> Iterator[str]:
        """Yields problems with the range, and with a scale, which counts have not."""

        low, high = self.variable.low, self.variable.high

        if odd_cells(np.array([low, high], dtype=float)).any():
            yield f"counts cannot go from {low} to {high}"

        if (self.variable.center, self.variable.scale) != (0, 1):
            yield "counts are not scaled"


class CountColumn(Tally):
    r"""Tally of a column of counts.

    Arguments:
        name: The name of the column.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)

        self.numbers = NumberColumn(name)
        self.logarithms = Moments()

    @property
    def infinite(self) -> bool:
        """Whether a value is infinite."""

        return self.numbers.infinite

    def add(self, column: Cells) -> None:
        """Takes in a block, all cells of which must be counts."""

        self.numbers.add(column)
        values = numbers(column)
        odd = odd_cells(values)

        if odd.any():
            row, example = first_odd(column, odd)

            raise DataError(
                f"column {self.name!r} holds {example!r} (row {row})",
                f"counts are whole numbers from 0 to {LARGEST_COUNT:,}",
                f"kinds={{{self.name!r}: 'real'}}, or leave the column out of kinds",
            )

        self.logarithms = self.logarithms.merge(Moments.of(np.log1p(values)))

    def found(self) -> Found:
        """Returns a count, also where there is no value at all."""

        moments, missing, dtype = self.numbers.real.moments, self.numbers.missing, self.numbers.types.dtype

        if not moments.count:
            empty = Variable(self.name, "count", dtype=str(dtype), missing=True)

            return Found((empty,), missing, infinite=self.infinite)

        variance = moments.squares * moments.unit**2 / moments.count
        # Their deviation is 1 where all are alike.
        logarithms = self.logarithms.variable(self.name, "float64", missing > 0)
        variable = Variable(
            self.name,
            "count",
            low=moments.low,
            high=moments.high,
            mean=logarithms.center,
            deviation=logarithms.scale,
            dtype=real_dtype(dtype),
            missing=missing > 0,
            # A Poisson distribution has the variance of its mean, and rows have different means.
            suits="negative_binomial" if variance > SPREAD * moments.mean else None,
        )

        return Found((variable,), missing, infinite=self.infinite)


def odd_cells(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Marks the cells that are no counts, with shape (N,). Missing and infinite cells are judged elsewhere."""

    finite = np.abs(values) <= LARGEST

    return finite & ((values < 0) | (values > LARGEST_COUNT) | (values != np.rint(values)))


def first_odd(column: Cells, odd: NDArray[np.bool_]) -> tuple[object, object]:
    """Returns the index and the value of the first cell that is no count."""

    row = int(np.argmax(odd))

    return column.index[row], plain(column.iloc[row])
