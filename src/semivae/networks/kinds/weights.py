r"""Sparse rows of real weights as features: they are read as they are."""

from __future__ import annotations

__all__ = ["weights_trunk"]

from torch import nn

from semivae.networks.kinds.base import row_trunks
from semivae.networks.kinds.image import Flatten
from semivae.variables import Variable


@row_trunks.register("weights")
def weights_trunk(variable: Variable, conv: bool) -> nn.Module:
    """Returns the trunk of a sparse row of real weights."""

    return Flatten(variable.shape)
