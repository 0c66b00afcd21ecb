r"""The trunk of a row: from the units of a model to plain features, by the kinds of its variables."""

from __future__ import annotations

__all__ = ["Embed", "trunk_of"]

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.networks.kinds import cell_trunks, row_trunk
from semivae.variables import Variable, positions


class Embed(nn.Module):
    r"""Creates a trunk for the cells of a table: one trunk for all columns of a kind.

    Arguments:
        variables: The columns, in order.
    """

    order: Tensor

    def __init__(self, variables: Sequence[Variable]) -> None:
        super().__init__()

        found = {kind: positions(variables, kind) for kind in cell_trunks}
        found = {kind: columns for kind, columns in found.items() if columns}

        self.sizes = [len(columns) for columns in found.values()]
        self.register_buffer("order", torch.tensor(list(itertools.chain(*found.values()))), persistent=False)
        self.trunks = nn.ModuleList(cell_trunks[kind]([variables[j] for j in found[kind]]) for kind in found)
        self.width = sum(int(trunk.width) for trunk in self.trunks)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Maps rows of shape (*, P), with NaN where a cell is missing, to features of shape (*, width)."""

        parts = x.index_select(-1, self.order).split(self.sizes, dim=-1)

        return torch.cat([trunk(part) for trunk, part in zip(self.trunks, parts, strict=True)], dim=-1)


def trunk_of(variables: Sequence[Variable], conv: bool) -> nn.Module:
    r"""Returns the trunk of a row.

    Arguments:
        variables: The columns of a table, or a single variable whose values have a shape.
        conv: Whether images are read by convolutions, where they are large enough.
    """

    first = variables[0]

    return row_trunk(first, conv) if first.shape else Embed(variables)
