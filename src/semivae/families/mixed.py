r"""Mixed family: the cells of a table, each column with a family of its own, missing cells left out.

.. math:: \log p(x) = \sum_{j \,\text{observed}} \log p_j(x_j)

A cell that is missing (:py:`NaN`) says nothing and is summed over, exactly, by being left out.

References:
    | Handling Incomplete Heterogeneous Data using VAEs (Nazabal et al., 2020)
    | https://arxiv.org/abs/1807.03653
"""

from __future__ import annotations

__all__ = ["Cells", "Mixed"]

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.families.base import Family, widen
from semivae.families.kinds import cell_families
from semivae.families.scale import Scale
from semivae.variables import Variable, positions


class Cells(Distribution):
    r"""Creates a distribution over the cells of a row, independent given the latent.

    Arguments:
        family: The family.
        joint: The distribution of each group of columns, an :class:`Independent` over its columns.
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, family: Mixed, joint: Sequence[Any]) -> None:
        self.family = family
        self.joint = joint

        super().__init__(joint[0].batch_shape, torch.Size([family.values]), validate_args=False)

    def cells(self, x: Tensor) -> Tensor:
        r"""Returns the log-likelihood of each cell, and zero for a missing one, with shape (*, P).

        Arguments:
            x: Rows in the units of the model, with shape (*, P).
        """

        return self.in_order(self.grouped(x))

    def grouped(self, x: Tensor) -> Tensor:
        """Returns the log-likelihood of each cell, like :meth:`cells`, in the order of the groups."""

        x = x.index_select(-1, self.family.order)
        observed = ~x.isnan()
        # 0 * nan is nan, in the gradient too, so that missing cells are replaced before any arithmetic.
        parts = torch.where(observed, x, 0.0).split(self.family.counts, dim=-1)
        found = [p.base_dist.log_prob(part) for p, part in zip(self.joint, parts, strict=True)]

        return torch.where(observed, torch.cat(found, dim=-1), 0.0)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-likelihood of the observed cells of rows of shape (*, P), with shape (*)."""

        return self.grouped(value).sum(-1)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns rows in the units of the model, with shape (*, P)."""

        return self.in_order(torch.cat([p.sample(sample_shape) for p in self.joint], dim=-1))

    @property
    def mean(self) -> Tensor:
        """The mean of numbers and the most probable class of others, with shape (*, P)."""

        return self.in_order(torch.cat([p.mean for p in self.joint], dim=-1))

    @property
    def inside(self) -> Tensor:
        """The probability that all numbers are within the ranges that they are drawn in, with shape (*)."""

        found = [p.base_dist.inside.prod(-1) for p in self.joint if hasattr(p.base_dist, "inside")]

        return math.prod(found, start=torch.ones(self.batch_shape))

    def parts(self) -> list[Distribution]:
        """Returns the predictions that a row consists of: all numbers together, and each class over one-hot points."""

        return [part for family, p in zip(self.family.groups, self.joint, strict=True) for part in family.parts(p)]

    def in_order(self, cells: Tensor) -> Tensor:
        """Returns cells in the order of the table, with shape (*, P), from cells in the order of the groups."""

        return cells.index_select(-1, self.family.order.argsort())


class Mixed(Family):
    r"""Creates a mixed family.

    Arguments:
        variables: The columns of the table, in order.
        scale: The standard deviation of Gaussian cells, as for :class:`Gaussian`.
    """

    order: Tensor

    def __init__(self, variables: Sequence[Variable], scale: Scale = "shared") -> None:
        super().__init__((len(variables),))

        # One family for all columns of a kind.
        self.groups: list[Family] = []
        self.counts: list[int] = []
        order: list[int] = []

        for kind in cell_families:
            columns = positions(variables, kind)
            family = cell_families[kind]([variables[j] for j in columns], scale)
            # Saved models know the weights of a family by this name.
            self.add_module(type(family).__name__.lower(), family)

            if columns:
                self.groups.append(family)
                self.counts.append(len(columns))
                order += columns

        self.register_buffer("order", torch.tensor(order), persistent=False)

    @property
    def size(self) -> int:
        """How many features parameterize one row."""

        return sum(family.size for family in self.groups)

    def forward(self, features: Tensor) -> Cells:
        """Returns the distribution that features of shape (*, size) stand for."""

        parts = widen(features).split([family.size for family in self.groups], dim=-1)

        return Cells(self, [family(part) for family, part in zip(self.groups, parts, strict=True)])
