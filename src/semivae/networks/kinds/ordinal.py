r"""Ordinals as features."""

from __future__ import annotations

__all__ = ["OrdinalTrunk"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.networks.kinds.base import cell_trunks
from semivae.variables import Variable


@cell_trunks.register("ordinal")
class OrdinalTrunk(nn.Module):
    r"""Creates a trunk that tells of each class whether a code is at least as high, so that near classes look alike.

    The first feature of a column is 1 for every class. All are 0 where the code is missing.

    Arguments:
        variables: The columns.
    """

    column: Tensor
    code: Tensor

    def __init__(self, variables: Sequence[Variable]) -> None:
        super().__init__()

        pairs = [(i, code) for i, variable in enumerate(variables) for code in range(len(variable.classes))]

        # Facts of the variables, which a saved model has anyway: the column of each feature, and its class there.
        self.register_buffer(
            "column", torch.tensor([column for column, _ in pairs], dtype=torch.long), persistent=False
        )
        self.register_buffer("code", torch.tensor([float(code) for _, code in pairs]), persistent=False)

        self.width = len(pairs)

    def forward(self, x: Tensor) -> Tensor:
        """Maps codes of shape (*, n) to features of shape (*, width)."""

        # A missing code is NaN, which is at least as high as none.
        return (x.index_select(-1, self.column) >= self.code).to(x)
