r"""Mixed family: the cells of a table, each column with a family of its own, missing cells left out.

.. math:: \log p(x) = \sum_{j \,\text{observed}} \log p_j(x_j)

A cell that is missing (:py:`NaN`) says nothing and is summed over, exactly, by being left out.

References:
    | Handling Incomplete Heterogeneous Data using VAEs (Nazabal et al., 2020)
    | https://arxiv.org/abs/1807.03653
"""

from __future__ import annotations

__all__ = ["Cells", "Mixed"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.families.base import Family, widen
from semivae.families.kinds import cell_families
from semivae.families.scale import Scale
from semivae.variables import Variable, positions


@dataclass(frozen=True)
class Group:
    r"""The columns of one kind.

    Attributes:
        columns: Their positions in a row.
        family: Their family.
    """

    columns: list[int]
    family: Family


class Cells(Distribution):
    r"""Creates a distribution over the cells of a row, independent given the latent.

    Arguments:
        groups: The columns of each kind.
        joint: The distribution of each group, an :class:`Independent` over its columns.
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, groups: Sequence[Group], joint: Sequence[Any]) -> None:
        self.groups = groups
        self.joint = joint

        columns = sum(len(group.columns) for group in groups)

        super().__init__(joint[0].batch_shape, torch.Size([columns]), validate_args=False)

    def cells(self, x: Tensor) -> Tensor:
        r"""Returns :math:`\log p_j(x_j)` of each cell, zero where it is missing.

        Arguments:
            x: Rows in the units of the model, with shape (*, P).
        """

        observed = ~x.isnan()
        # 0 * nan is nan, in the gradient too, so that missing cells are replaced before any arithmetic.
        x = torch.where(observed, x, 0.0)
        pairs = zip(self.groups, self.joint, strict=True)

        return torch.where(observed, self.in_order([p.base_dist.log_prob(x[..., g.columns]) for g, p in pairs]), 0.0)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-likelihood of the observed cells of rows of shape (*, P), with shape (*)."""

        return self.cells(value).sum(-1)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns rows in the units of the model, with shape (*, P)."""

        return self.in_order([p.sample(sample_shape) for p in self.joint])

    @property
    def mean(self) -> Tensor:
        """The mean of numbers and the most probable class of others, with shape (*, P)."""

        return self.in_order([p.mean for p in self.joint])

    def parts(self) -> list[Distribution]:
        """Returns the predictions that a row consists of: all numbers together, and each class over one-hot points."""

        return [part for group, p in zip(self.groups, self.joint, strict=True) for part in group.family.parts(p)]

    def in_order(self, groups: list[Tensor]) -> Tensor:
        """Joins the cells of all groups into rows in the order of the table."""

        order = [column for group in self.groups for column in group.columns]

        return torch.cat(groups, dim=-1)[..., sorted(range(len(order)), key=order.__getitem__)]


class Mixed(Family):
    r"""Creates a mixed family.

    Arguments:
        variables: The columns of the table, in order.
        scale: The standard deviation of Gaussian cells, as for :class:`Gaussian`.
    """

    def __init__(self, variables: Sequence[Variable], scale: Scale = "shared") -> None:
        super().__init__((len(variables),))

        self.groups: list[Group] = []

        for kind in cell_families:
            columns = positions(variables, kind)
            family = cell_families[kind]([variables[j] for j in columns], scale)
            # Saved models know the weights of a family by this name.
            self.add_module(type(family).__name__.lower(), family)
            self.groups += [Group(columns, family)] if columns else []

    @property
    def size(self) -> int:
        """How many features parameterize one row."""

        return sum(group.family.size for group in self.groups)

    def forward(self, features: Tensor) -> Cells:
        """Returns the distribution that features of shape (*, size) stand for."""

        parts = widen(features).split([group.family.size for group in self.groups], dim=-1)

        return Cells(self.groups, [group.family(part) for group, part in zip(self.groups, parts, strict=True)])
