r"""Real values: numbers that are scaled to mean 0 and standard deviation 1."""

from __future__ import annotations

__all__ = ["Real"]

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.columns.base import Tally
from semivae.data.columns.tally import NumberColumn
from semivae.data.columns.values import kind_of, numbers, restored_numbers, stray
from semivae.data.kinds.base import CellKind, Limits, kinds
from semivae.data.labels.classes import Cells


@kinds.register("real")
class Real(CellKind):
    """Handler of real values."""

    continuous: ClassVar[bool] = True

    @classmethod
    def tally(cls, name: str, most: float | None = None) -> Tally:
        """Returns a tally of numbers."""

        return NumberColumn(name, kept=True)

    @property
    def limits(self) -> Limits:
        """The range that was observed: a Gaussian knows no bounds, where ages and prices have them."""

        return self.variable.low, self.variable.high

    @property
    def too_close(self) -> bool:
        """Whether values differ by so little that it may be their rounding, so that they were not scaled."""

        return self.variable.low != self.variable.high and self.variable.center == self.variable.low

    def encode(self, column: Cells) -> NDArray[np.float64]:
        """Returns the values, with shape (N,); all missing if the fit had none."""

        return np.full(len(column), np.nan) if self.variable.valueless else numbers(column)

    def decode(self, values: NDArray[np.float64]) -> Cells:
        """Returns a column of numbers, whole where they were whole."""

        return restored_numbers(values, self.variable)

    def difference(self, column: Cells) -> str:
        """Describes the first cell that is no number."""

        if self.variable.valueless or kind_of(column) == "real" or pd.api.types.is_bool_dtype(column.dtype):
            return ""

        row, example = stray(column)

        return f"column {self.variable.name!r} must be numeric, but holds {example!r} (row {row})"

    def problems(self) -> Iterator[str]:
        """Yields a problem where numbers have classes."""

        if self.variable.classes or self.variable.shape:
            yield "a number has neither classes nor a shape"
