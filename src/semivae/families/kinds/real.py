r"""Real values are Gaussian, but for spikes."""

from __future__ import annotations

__all__ = ["real_family"]

from collections.abc import Sequence

from semivae.families.base import Family
from semivae.families.gaussian import Gaussian
from semivae.families.kinds.base import cell_families
from semivae.families.reals import Reals
from semivae.families.scale import Scale
from semivae.variables import Variable


@cell_families.register("real")
def real_family(variables: Sequence[Variable], scale: Scale) -> Family:
    """Returns one family over all real cells, each drawn within the range that was observed in the fit."""

    if any(variable.spikes for variable in variables):
        return Reals(variables, scale)

    return Gaussian(len(variables), scale, ends=[variable.range for variable in variables])
