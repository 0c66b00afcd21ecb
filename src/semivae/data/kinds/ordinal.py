r"""Ordinals: classes in an order, such as grades, known by their codes 0, ..., C - 1.

A column is one where its type is an ordered categorical, or where the user says so. Numbers are in the order of their
values; text has to come as an ordered categorical.
"""

from __future__ import annotations

__all__ = ["Ordinal"]

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.columns.base import Tally
from semivae.data.columns.found import Found
from semivae.data.columns.tally import ClassColumn, says_nothing
from semivae.data.columns.values import is_ordered, kind_of, stray
from semivae.data.kinds.base import kinds
from semivae.data.kinds.category import SHOWN, Category
from semivae.data.labels.classes import Cells, short
from semivae.errors import DataError


@kinds.register("ordinal")
class Ordinal(Category):
    """Handler of ordinals."""

    @classmethod
    def tally(cls, name: str, most: float | None = None) -> Tally:
        """Returns a tally that refuses values without an order."""

        return OrdinalColumn(name, most)

    def decode(self, values: NDArray[np.float64]) -> Cells:
        """Returns a column of classes; an ordered categorical if the fit had one."""

        column = super().decode(values)

        return column.cat.as_ordered() if isinstance(column.dtype, pd.CategoricalDtype) else column

    def describe(self, number: Callable[[Any], str]) -> str:
        """Returns the number of classes and the first of them in their order."""

        classes = self.variable.classes
        few = " < ".join(short(str(name), 30) for name in classes[:SHOWN])

        return f"{len(classes)}: {few}{' < ...' if len(classes) > SHOWN else ''}"


class OrdinalColumn(ClassColumn):
    """Tally of a column of classes in an order; the arguments are as for its base."""

    def add(self, column: Cells) -> None:
        r"""Takes in a block.

        Raises:
            DataError: If its values have no order.
        """

        if not says_nothing(column) and not is_ordered(column) and kind_of(column) != "real":
            row, example = stray(column)

            raise DataError(
                f"column {self.name!r} holds {example!r} (row {row})",
                "an ordinal holds numbers, or an ordered categorical says the order of its values",
                f"X[{self.name!r}] = pandas.Categorical(X[{self.name!r}], ['low', 'high'], ordered=True)",
            )

        super().add(column)

    def found(self) -> Found:
        """Returns an ordinal, its classes in their order."""

        return super().found().of_kind("ordinal")
