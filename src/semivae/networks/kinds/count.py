r"""Counts as features."""

from __future__ import annotations

__all__ = ["CountTrunk"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.networks.kinds.base import cell_trunks
from semivae.variables import Variable


@cell_trunks.register("count")
class CountTrunk(nn.Module):
    r"""Creates a trunk of counts, by their standardized logarithms, with zero, their mean, for a missing one.

    .. math:: h = \frac{\log(1 + x) - m}{s}

    Columns that had missing cells get one more feature that says so.

    Arguments:
        variables: The columns.
    """

    mean: Tensor
    deviation: Tensor
    told: Tensor

    def __init__(self, variables: Sequence[Variable]) -> None:
        super().__init__()

        # Facts of the variables, which a saved model has anyway.
        self.register_buffer("mean", torch.tensor([v.mean for v in variables]), persistent=False)
        self.register_buffer("deviation", torch.tensor([v.deviation for v in variables]), persistent=False)

        told = [i for i, variable in enumerate(variables) if variable.missing]
        self.register_buffer("told", torch.tensor(told, dtype=torch.long), persistent=False)
        self.width = len(variables) + len(told)

    def forward(self, x: Tensor) -> Tensor:
        """Maps counts of shape (*, n) to features of shape (*, width)."""

        missing = x.isnan()
        values = (torch.where(missing, 0.0, x).log1p() - self.mean) / self.deviation

        return torch.cat([torch.where(missing, 0.0, values), missing.index_select(-1, self.told).to(x)], dim=-1)
