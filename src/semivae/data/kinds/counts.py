r"""Sparse rows of counts, such as the molecules of each gene in a cell, or the words of a document."""

from __future__ import annotations

__all__ = ["Counts"]

import math
from collections.abc import Iterator
from typing import ClassVar

from semivae.data.kinds.base import RowKind, kinds
from semivae.data.kinds.weights import problems_of_columns

# Rows with a smaller usual sum, such as short texts, say too little to tell how much counts vary beyond chance.
FEW = 100


@kinds.register("counts")
class Counts(RowKind):
    """Handler of rows of counts. They are not scaled: networks read logarithms of their shares."""

    continuous: ClassVar[bool] = False

    @property
    def reason(self) -> str:
        """The reason in words for the likelihood that "auto" chooses."""

        usual = math.exp(self.variable.mean)
        side = "at least" if usual >= FEW else "fewer than"

        return f"all numbers are whole, and a row has about {usual:,.0f} counts, {side} {FEW}"

    def problems(self) -> Iterator[str]:
        """Yields problems with the columns, the range and the likelihood."""

        yield from problems_of_columns(self.variable)

        if (self.variable.low or 0) < 0 or (self.variable.center, self.variable.scale) != (0, 1):
            yield "counts are at least 0 and not scaled"

        if self.variable.suits not in ("negative_binomial", "multinomial"):
            yield f"counts cannot be {self.variable.suits!r}"
