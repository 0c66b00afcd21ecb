r"""Categories: one of some classes, known by their codes 0, ..., C - 1."""

from __future__ import annotations

__all__ = ["Category"]

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.columns.base import Tally
from semivae.data.columns.tally import ClassColumn
from semivae.data.kinds.base import CellKind, Limits, kinds
from semivae.data.labels.classes import Cells, distinct, listed, look_up, short
from semivae.errors import DataError, SettingError

SHOWN = 4  # classes in a description


@kinds.register("category")
class Category(CellKind):
    """Handler of categories."""

    @classmethod
    def tally(cls, name: str, most: float | None = None) -> Tally:
        """Returns a tally that counts the different values, whatever they are."""

        return ClassColumn(name, most)

    @property
    def limits(self) -> Limits:
        """No limits: codes of classes are never moved."""

        return -math.inf, math.inf

    def encode(self, column: Cells) -> NDArray[np.float64]:
        """Returns the codes of classes, with shape (N,); NaN where missing, or where the class is new."""

        codes, values = distinct(column, self.variable.name)

        # Rare values count as missing in the fit, too, which said so.
        if not self.variable.rare:
            self.warn_about_unseen(codes, values)

        codes = look_up(codes, values, self.variable.classes)

        return np.where(codes < 0, np.nan, codes)

    def warn_about_unseen(self, codes: NDArray[np.int64], values: Sequence[object]) -> None:
        r"""Warns of classes that the fit did not have: nothing is known about them.

        Arguments:
            codes: The position of each cell among the values, with shape (N,); -1 where missing.
            values: The different values.
        """

        known = set(self.variable.classes)
        new = [i for i, value in enumerate(values) if value not in known]

        if new:
            rows = np.isin(codes, new).sum()
            warnings.warn(
                f"column {self.variable.name!r} has categories never seen in the fit, in {rows:,} of {len(codes):,} "
                f"rows, taken as missing: {listed([values[i] for i in new])} (known: {listed(self.variable.classes)})",
                stacklevel=5,
            )

    def decode(self, values: NDArray[np.float64]) -> Cells:
        """Returns a column of classes."""

        classes, dtype = self.variable.classes, self.variable.dtype
        missing = np.isnan(values)
        codes = np.where(missing, -1, np.rint(values)).clip(-1, len(classes) - 1).astype(np.int64)

        if dtype == "category":
            return pd.Series(pd.Categorical.from_codes(codes, categories=list(classes)))

        if missing.any():
            dtype = {"bool": "object"}.get(dtype, "float64" if self.variable.integer and dtype.islower() else dtype)

        # Code -1 picks the last entry.
        return pd.Series(np.array([*classes, None], dtype=object)[codes], dtype=dtype)

    def difference(self, column: Cells) -> str:
        """Describes why a column cannot hold categories."""

        try:
            distinct(column, self.variable.name)
        except DataError as error:
            return f"column {self.variable.name!r} must hold categories: {error.given}"

        return ""

    def describe(self, number: Callable[[Any], str]) -> str:
        """Returns the number of classes and the first of them."""

        classes = self.variable.classes
        few = ", ".join(short(str(name), 30) for name in classes[:SHOWN])

        return f"{len(classes)}: {few}{', ...' if len(classes) > SHOWN else ''}"

    def read(self, text: str) -> Any:
        """Returns the class that is written as a text."""

        names = {str(name): name for name in self.variable.classes}

        if text not in names:
            given, needed = f"{self.variable.name}={text}", f"it must be one of {', '.join(names)}"
            raise SettingError(given, needed, f"{self.variable.name}={next(iter(names))}")

        return names[text]

    def problems(self) -> Iterator[str]:
        """Yields a problem where there are no classes, or impossible ones."""

        classes = self.variable.classes

        if not classes or not all(isinstance(name, str | int | float) for name in classes):
            yield "its classes must be texts, numbers or booleans"
