r"""Images have Bernoulli pixels where these are 0 or 1, logistic ones on levels, and Gaussian ones otherwise."""

from __future__ import annotations

__all__ = ["image_family"]

from semivae.families.base import Family
from semivae.families.bernoulli import Bernoulli
from semivae.families.gaussian import Gaussian
from semivae.families.kinds.base import row_families
from semivae.families.logistic import Logistic
from semivae.families.scale import Scale
from semivae.variables import Pixels, Variable

# The standard deviation of pixels, whose range is 1, from which a learned one starts.
START = 0.1


@row_families.register("image")
def image_family(variable: Variable, pixels: Pixels | None, scale: Scale) -> Family:
    """Returns the family of all pixels, which lie in [0, 1]; logistic ones have levels."""

    if pixels == "logistic":
        return Logistic(variable.shape, variable.levels or 2, scale, START)

    return Gaussian(variable.shape, scale, START) if pixels == "gaussian" else Bernoulli(variable.shape)
