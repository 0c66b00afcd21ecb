r"""Categories as features."""

from __future__ import annotations

__all__ = ["CategoryTrunk"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.networks.kinds.base import cell_trunks
from semivae.variables import Variable


@cell_trunks.register("category")
class CategoryTrunk(nn.Module):
    r"""Creates a trunk that maps each code of a class to a one-hot vector, and a missing one to zeros.

    Arguments:
        variables: The columns.
    """

    def __init__(self, variables: Sequence[Variable]) -> None:
        super().__init__()

        self.classes = [len(variable.classes) for variable in variables]
        self.width = sum(self.classes)

    def forward(self, x: Tensor) -> Tensor:
        """Maps codes of shape (*, n) to features of shape (*, width)."""

        missing = x.isnan()
        codes = torch.where(missing, 0.0, x).long()

        return torch.cat(
            [
                nn.functional.one_hot(codes[..., i], classes).to(x) * ~missing[..., i, None]
                for i, classes in enumerate(self.classes)
            ],
            dim=-1,
        )
