r"""Categories are categorical, each column with its own classes."""

from __future__ import annotations

__all__ = ["category_family"]

from collections.abc import Sequence

from semivae.families.base import Family
from semivae.families.categorical import Categoricals
from semivae.families.kinds.base import cell_families
from semivae.families.scale import Scale
from semivae.variables import Variable


@cell_families.register("category")
def category_family(variables: Sequence[Variable], scale: Scale) -> Family:
    """Returns a categorical for each column."""

    return Categoricals([len(variable.classes) for variable in variables])
