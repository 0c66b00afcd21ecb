r"""Real values as features."""

from __future__ import annotations

__all__ = ["RealTrunk"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.networks.kinds.base import cell_trunks
from semivae.variables import Variable


@cell_trunks.register("real")
class RealTrunk(nn.Module):
    r"""Creates a trunk of real values, which are features as they are, with zero for a missing one.

    Columns that had missing cells get one more feature that says so: the network is told, and nothing is made up.

    Arguments:
        variables: The columns.
    """

    told: Tensor

    def __init__(self, variables: Sequence[Variable]) -> None:
        super().__init__()

        told = [i for i, variable in enumerate(variables) if variable.missing]
        self.register_buffer("told", torch.tensor(told, dtype=torch.long), persistent=False)
        self.width = len(variables) + len(told)

    def forward(self, x: Tensor) -> Tensor:
        """Maps cells of shape (*, n) to features of shape (*, width)."""

        missing = x.isnan()

        return torch.cat([torch.where(missing, 0.0, x), missing.index_select(-1, self.told).to(x)], dim=-1)
