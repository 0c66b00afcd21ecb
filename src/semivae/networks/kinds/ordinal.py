r"""Ordinals as features."""

from __future__ import annotations

__all__ = ["OrdinalTrunk"]

from torch import Tensor

from semivae.networks.kinds.base import cell_trunks
from semivae.networks.kinds.category import CategoryTrunk


@cell_trunks.register("ordinal")
class OrdinalTrunk(CategoryTrunk):
    r"""Creates a trunk that tells of each class whether a code is at least as high, so that near classes look alike.

    The first feature of a column is 1 for every class. All are 0 where the code is missing. The argument is as for its
    base.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Maps codes of shape (*, n) to features of shape (*, width)."""

        # A missing code is NaN, which is at least as high as none.
        return (x.index_select(-1, self.column) >= self.code).to(x)
