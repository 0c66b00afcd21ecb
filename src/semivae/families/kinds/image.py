r"""Images have Bernoulli pixels, or Gaussian ones."""

from __future__ import annotations

__all__ = ["image_family"]

from semivae.families.base import Family
from semivae.families.bernoulli import Bernoulli
from semivae.families.gaussian import Gaussian, Scale
from semivae.families.kinds.base import Likelihood, row_families
from semivae.variables import Variable


@row_families.register("image")
def image_family(variable: Variable, likelihood: Likelihood, scale: Scale) -> Family:
    """Returns the family of all pixels, whose levels lie in [0, 1]."""

    return Gaussian(variable.shape, scale) if likelihood == "gaussian" else Bernoulli(variable.shape)
