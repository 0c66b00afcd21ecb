r"""Vectors: many numbers that only together mean something. The codec of vectors translates them as a whole."""

from __future__ import annotations

__all__ = ["Vector"]

import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from semivae.data.kinds.base import Kind, kinds


@kinds.register("vector")
class Vector(Kind):
    """Handler of vectors."""

    continuous: ClassVar[bool] = True

    def describe(self, number: Callable[[Any], str]) -> str:
        """Returns the size, the range and the length of the vectors in a few words."""

        (size,) = self.variable.shape
        length = "" if self.variable.norm is None else f", length {number(self.variable.norm)}"
        text = "texts, embedded as " if self.variable.held == "text" else ""

        return f"{text}{size} numbers from {number(self.variable.low)} to {number(self.variable.high)}{length}"

    def problems(self) -> Iterator[str]:
        """Yields problems with the size, the center and the length."""

        shape, norm = self.variable.shape, self.variable.norm

        if len(shape) != 1 or shape[0] < 1:
            yield f"a vector cannot have shape {shape}"

        if (len(self.variable.centers),) != shape:
            yield f"a vector with shape {shape} cannot have {len(self.variable.centers)} centers"

        if not all(map(math.isfinite, self.variable.centers)):
            yield "the centers of a vector are finite"

        if norm is not None and not 0 < norm < float("inf"):
            yield f"vectors cannot have the length {norm}"

        if self.variable.held not in ("", "list", "text"):
            yield f"a cell cannot hold a vector as {self.variable.held!r}"
