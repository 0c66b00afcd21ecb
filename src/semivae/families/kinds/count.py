r"""Counts are Poisson, or negative binomial where one column varies more than that."""

from __future__ import annotations

__all__ = ["count_family"]

from collections.abc import Sequence

from semivae.families.base import Family
from semivae.families.kinds.base import cell_families
from semivae.families.poisson import NegativeBinomials, Poisson
from semivae.families.scale import Scale
from semivae.variables import Variable


@cell_families.register("count")
def count_family(variables: Sequence[Variable], scale: Scale) -> Family:
    """Returns a distribution for each column, around the counts of the fit."""

    facts = (
        [variable.mean for variable in variables],
        [variable.deviation for variable in variables],
        [variable.high or 0.0 for variable in variables],
    )
    spread = [variable.suits == "negative_binomial" for variable in variables]

    return NegativeBinomials(*facts, spread) if any(spread) else Poisson(*facts)
