r"""Sparse rows of counts as features."""

from __future__ import annotations

__all__ = ["CountsTrunk"]

import math

from torch import Tensor, nn

from semivae.networks.kinds.base import row_trunks
from semivae.variables import Variable


class CountsTrunk(nn.Module):
    r"""Creates a trunk of counts, by the logarithms of what they would be in a row with the usual sum.

    .. math:: h_j = \log(1 + c \, x_j / \textstyle\sum_k x_k)

    Zero stays zero, so that rows can stay sparse.

    Arguments:
        width: The number of counts of a row.
        usual: The usual sum :math:`c`.
    """

    def __init__(self, width: int, usual: float) -> None:
        super().__init__()

        self.width = width
        self.usual = usual

    def forward(self, x: Tensor) -> Tensor:
        """Maps counts of shape (*, P) to features of shape (*, P)."""

        return (x * (self.usual / x.sum(-1, keepdim=True).clamp(min=1))).log1p()


@row_trunks.register("counts")
def counts_trunk(variable: Variable, conv: bool) -> nn.Module:
    """Returns the trunk of a sparse row of counts."""

    return CountsTrunk(variable.shape[0], math.exp(variable.mean))
