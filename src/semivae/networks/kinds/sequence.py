r"""Sequences as features."""

from __future__ import annotations

__all__ = ["sequence_trunk"]

from torch import nn

from semivae.networks.kinds.base import row_trunks
from semivae.networks.sequences import SequenceTrunk, TokenCounts
from semivae.variables import Variable


@row_trunks.register("sequence")
def sequence_trunk(variable: Variable, conv: bool) -> nn.Module:
    """Returns the trunk of a sequence: convolutions, or the counts of its tokens if they are off."""

    return SequenceTrunk(variable) if conv else TokenCounts(variable)
