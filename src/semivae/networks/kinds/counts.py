r"""Sparse rows of counts as features."""

from __future__ import annotations

__all__ = ["CountsTrunk"]

import math

import torch
from torch import Tensor, nn

from semivae.networks.kinds.base import row_trunks
from semivae.variables import Variable


class CountsTrunk(nn.Module):
    r"""Creates a trunk of counts, by the logarithms of what they would be in a row with the usual sum.

    .. math:: h_j = \log(1 + c \, x_j / \textstyle\sum_k x_k)

    Zero stays zero, so that rows can stay sparse. Marks of the batch follow the counts, and stay as they are.

    Arguments:
        counts: The number P of counts of a row.
        usual: The usual sum :math:`c`.
        batches: The number B of batches.
    """

    def __init__(self, counts: int, usual: float, batches: int = 0) -> None:
        super().__init__()

        self.counts = counts
        self.usual = usual
        self.width = counts + batches

    def forward(self, x: Tensor) -> Tensor:
        """Maps rows of shape (*, P + B) to features of the same shape."""

        counts, marks = x.tensor_split([self.counts], dim=-1)
        logs = (counts * (self.usual / counts.sum(-1, keepdim=True).clamp(min=1))).log1p()

        return torch.cat([logs, marks], dim=-1) if marks.shape[-1] else logs


@row_trunks.register("counts")
def counts_trunk(variable: Variable, conv: bool) -> nn.Module:
    """Returns the trunk of a sparse row of counts."""

    return CountsTrunk(variable.shape[0], math.exp(variable.mean), len(variable.batches))
