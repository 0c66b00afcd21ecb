r"""Vectors as features, as they are."""

from __future__ import annotations

__all__ = ["vector_trunk"]

from torch import nn

from semivae.networks.kinds.base import row_trunks
from semivae.networks.kinds.image import Flatten
from semivae.variables import Variable


@row_trunks.register("vector")
def vector_trunk(variable: Variable, conv: bool) -> nn.Module:
    """Returns the trunk of a vector, whose numbers are centered already."""

    return Flatten(variable.shape)
