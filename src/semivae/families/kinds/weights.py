r"""Sparse rows of real weights are Gaussian, with one standard deviation for all."""

from __future__ import annotations

__all__ = ["weights_family"]

from semivae.families.base import Family
from semivae.families.gaussian import Gaussian
from semivae.families.kinds.base import row_families, row_likelihoods
from semivae.families.scale import Scale
from semivae.variables import Pixels, Variable

row_likelihoods.register("weights")(("gaussian",))


@row_families.register("weights")
def weights_family(variable: Variable, pixels: Pixels, scale: Scale) -> Family:
    """Returns the family of all weights of a row."""

    return Gaussian(variable.shape, scale)
