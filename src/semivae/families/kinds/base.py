r"""The family of each kind of variable.

The cells of one kind are scored together. Their family takes the columns of its kind as a vector, and its distribution
is an :class:`Independent` over a distribution of shape (*, n), with one entry for each column.
"""

from __future__ import annotations

__all__ = ["CellFamily", "RowFamily", "cell_families", "row_families", "row_family"]

from collections.abc import Callable, Sequence
from typing import TypeAlias

from semivae.families.base import Family
from semivae.families.scale import Scale
from semivae.registry import Registry
from semivae.variables import Pixels, Variable

# From the columns of the kind, and the standard deviation of Gaussian values.
CellFamily: TypeAlias = Callable[[Sequence[Variable], Scale], Family]

# From the variable, the distribution of its pixels, if it has any, and their standard deviation.
RowFamily: TypeAlias = Callable[[Variable, Pixels | None, Scale], Family]

cell_families: Registry[CellFamily] = Registry("kind")
row_families: Registry[RowFamily] = Registry("kind")


def row_family(variable: Variable, pixels: Pixels | None, scale: Scale) -> Family:
    """Returns the family of a row that is one value."""

    return row_families[variable.kind](variable, pixels, scale)
