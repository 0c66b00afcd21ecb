r"""Sparse rows of real weights, such as TF-IDF."""

from __future__ import annotations

__all__ = ["Weights", "problems_of_columns"]

import math
from collections.abc import Iterator
from typing import ClassVar

from semivae.data.kinds.base import RowKind, kinds
from semivae.variables import Variable


@kinds.register("weights")
class Weights(RowKind):
    """Handler of rows of weights, which are divided by one scale."""

    continuous: ClassVar[bool] = True

    @property
    def reason(self) -> str:
        """The reason in words for the likelihood that "auto" chooses."""

        return "not all numbers are whole and at least 0"

    def problems(self) -> Iterator[str]:
        """Yields problems with the columns and the likelihood."""

        yield from problems_of_columns(self.variable)

        if self.variable.center or self.variable.suits != "gaussian":
            yield "weights are Gaussian, and only scaled"


def problems_of_columns(variable: Variable) -> Iterator[str]:
    """Yields problems with the columns of a sparse matrix."""

    shape, kept = variable.shape, variable.kept
    sizes = {len(part) for part in (kept, variable.names) if part}

    if len(shape) != 1 or shape[0] < 1 or sizes - {shape[0]} or len(variable.means) != shape[0]:
        yield f"a sparse row cannot have shape {shape}"

    if variable.among < shape[0] or (not kept and variable.among != shape[0]):
        yield f"{shape[0]} columns cannot be among {variable.among}"

    if kept and (sorted(set(kept)) != list(kept) or not 0 <= kept[0] <= kept[-1] < variable.among):
        yield "the positions of its columns must rise"

    if not all(map(math.isfinite, variable.means)):
        yield "the means of its columns must be finite"
