r"""Real values are Gaussian."""

from __future__ import annotations

__all__ = ["real_family"]

from collections.abc import Sequence

from semivae.families.base import Family
from semivae.families.gaussian import Gaussian
from semivae.families.kinds.base import cell_families
from semivae.families.scale import Scale
from semivae.variables import Variable


@cell_families.register("real")
def real_family(variables: Sequence[Variable], scale: Scale) -> Family:
    """Returns one Gaussian over all real cells."""

    return Gaussian(len(variables), scale)
