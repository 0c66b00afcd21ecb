r"""Sparse rows of counts are negative binomial, with or without zero inflation, or multinomial, given their sum."""

from __future__ import annotations

__all__ = ["counts_family"]

import math

from semivae.families.bags import Multinomial, NegativeBinomial
from semivae.families.base import Family
from semivae.families.kinds.base import row_families, row_likelihoods
from semivae.families.scale import Scale
from semivae.variables import Pixels, Variable

row_likelihoods.register("counts")(("negative_binomial", "zero_inflated", "multinomial"))


@row_families.register("counts")
def counts_family(variable: Variable, pixels: Pixels, scale: Scale) -> Family:
    """Returns the family of all counts of a row."""

    # The means of logarithms are near the logarithms of means, and decoders learn the rest.
    shares = [math.expm1(mean) for mean in variable.means]
    total, batches = sum(shares) or 1.0, len(variable.batches)
    facts = [share / total for share in shares], variable.mean, variable.deviation, batches

    return Multinomial(*facts) if pixels == "multinomial" else NegativeBinomial(*facts, pixels == "zero_inflated")
