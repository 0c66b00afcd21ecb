r"""The trunk of each kind of variable: from its values, in the units of a model, to the plain features a network reads.

A trunk is a module with an attribute :py:`width`, the number of its features. A trunk of cells maps all columns of its
kind, with shape (*, n) and NaN where a cell is missing, to (*, width); a trunk of rows maps a row that is one value.
"""

from __future__ import annotations

__all__ = ["CellTrunk", "RowTrunk", "cell_trunks", "row_trunk", "row_trunks"]

from collections.abc import Callable, Sequence
from typing import TypeAlias

from torch import nn

from semivae.registry import Registry
from semivae.variables import Variable

# From the columns of the kind.
CellTrunk: TypeAlias = Callable[[Sequence[Variable]], nn.Module]

# From the variable, and whether to convolve where that is possible.
RowTrunk: TypeAlias = Callable[[Variable, bool], nn.Module]

cell_trunks: Registry[CellTrunk] = Registry("kind")
row_trunks: Registry[RowTrunk] = Registry("kind")


def row_trunk(variable: Variable, conv: bool) -> nn.Module:
    """Returns the trunk of a row that is one value."""

    return row_trunks[variable.kind](variable, conv)
