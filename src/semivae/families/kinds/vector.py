r"""Vectors are Gaussian, with a standard deviation that is learned for each number."""

from __future__ import annotations

__all__ = ["vector_family"]

from semivae.families.base import Family
from semivae.families.gaussian import Gaussian
from semivae.families.kinds.base import row_families
from semivae.families.scale import Scale
from semivae.variables import Pixels, Variable


@row_families.register("vector")
def vector_family(variable: Variable, pixels: Pixels | None, scale: Scale) -> Family:
    """Returns the family of all numbers of a vector."""

    return Gaussian(variable.shape, scale)
