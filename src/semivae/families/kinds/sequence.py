r"""Sequences have one token after another."""

from __future__ import annotations

__all__ = ["sequence_family"]

from semivae.families.base import Family
from semivae.families.kinds.base import row_families
from semivae.families.scale import Scale
from semivae.families.tokens import Tokens
from semivae.variables import Pixels, Variable


@row_families.register("sequence")
def sequence_family(variable: Variable, pixels: Pixels | None, scale: Scale) -> Family:
    """Returns the family of the tokens of a string."""

    return Tokens(variable.shape[0], len(variable.classes) + 1)
