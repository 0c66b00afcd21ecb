r"""Ordinals lie among thresholds."""

from __future__ import annotations

__all__ = ["ordinal_family"]

from collections.abc import Sequence

from semivae.families.base import Family
from semivae.families.kinds.base import cell_families
from semivae.families.ordinal import Ordinals
from semivae.families.scale import Scale
from semivae.variables import Variable


@cell_families.register("ordinal")
def ordinal_family(variables: Sequence[Variable], scale: Scale) -> Family:
    """Returns a distribution of ordered classes for each column."""

    return Ordinals([len(variable.classes) for variable in variables])
