r"""Mixed family: the cells of a table, each column with a family of its own, missing cells left out.

.. math:: \log p(x) = \sum_{j \,\text{observed}} \log p_j(x_j)

A cell that is missing (:py:`NaN`) says nothing and is summed over, exactly, by being left out.

References:
    | Handling Incomplete Heterogeneous Data using VAEs (Nazabal et al., 2020)
    | https://arxiv.org/abs/1807.03653
"""

from __future__ import annotations

__all__ = ["Cells", "Mixed"]

from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, Independent, Normal

from semivae.families.base import Family, widen
from semivae.families.categorical import Unchecked
from semivae.families.gaussian import Gaussian, Scale
from semivae.variables import Variable


class Cells(Distribution):
    r"""Creates a distribution over the cells of a row, independent given the latent.

    Arguments:
        reals: Positions of the real columns.
        real: The distribution of the real cells, with shape (*, R).
        categories: Positions of the category columns, with the distribution of each, with shape (*).
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, reals: list[int], real: Normal, categories: dict[int, Categorical]) -> None:
        self.reals = reals
        self.real = real
        self.categories = categories

        columns = len(reals) + len(categories)

        super().__init__(real.batch_shape[:-1], torch.Size([columns]), validate_args=False)

    def cells(self, x: Tensor) -> Tensor:
        r"""Returns :math:`\log p_j(x_j)` of each cell, zero where it is missing.

        Arguments:
            x: Rows in the units of the model, with shape (*, P).
        """

        observed = ~x.isnan()
        # 0 * nan is nan, in the gradient too, so that missing cells are replaced before any arithmetic.
        x = torch.where(observed, x, 0.0)

        columns = [self.real.log_prob(x[..., self.reals])]
        columns += [p.log_prob(x[..., j])[..., None] for j, p in self.categories.items()]

        return torch.where(observed, self.in_order(columns), 0.0)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-likelihood of the observed cells of rows of shape (*, P), with shape (*)."""

        return self.cells(value).sum(-1)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns rows in the units of the model, with shape (*, P)."""

        columns = [self.real.sample(sample_shape)]
        columns += [p.sample(sample_shape)[..., None].to(columns[0]) for p in self.categories.values()]

        return self.in_order(columns)

    @property
    def mean(self) -> Tensor:
        """The mean of real cells and the most probable class of others, with shape (*, P)."""

        columns = [self.real.mean]
        columns += [p.logits.argmax(-1, keepdim=True).to(columns[0]) for p in self.categories.values()]

        return self.in_order(columns)

    def parts(self) -> list[Distribution]:
        """Returns the distribution of the real cells together, and that of each category, over one-hot points."""

        categories = [Unchecked(logits=p.logits) for p in self.categories.values()]

        return [Independent(self.real, 1, validate_args=False), *categories]

    def in_order(self, columns: list[Tensor]) -> Tensor:
        """Joins the real cells and then each category into rows in the order of the table."""

        order = [*self.reals, *self.categories]

        return torch.cat(columns, dim=-1)[..., sorted(range(len(order)), key=order.__getitem__)]


class Mixed(Family):
    r"""Creates a mixed family.

    Arguments:
        variables: The columns of the table, in order.
        scale: The standard deviation of real cells, as for :class:`Gaussian`.
    """

    def __init__(self, variables: tuple[Variable, ...], scale: Scale = "shared") -> None:
        super().__init__((len(variables),))

        self.reals = [j for j, variable in enumerate(variables) if variable.kind == "real"]
        self.classes = {j: len(v.classes) for j, v in enumerate(variables) if v.kind == "category"}
        self.gaussian = Gaussian(len(self.reals), scale)

    @property
    def size(self) -> int:
        """How many features parameterize one row."""

        return self.gaussian.size + sum(self.classes.values())

    def forward(self, features: Tensor) -> Cells:
        """Returns the distribution that features of shape (*, size) stand for."""

        real, *logits = widen(features).split([self.gaussian.size, *self.classes.values()], dim=-1)

        return Cells(
            self.reals,
            self.gaussian(real).base_dist,
            {
                j: Categorical(logits=column, validate_args=False)
                for j, column in zip(self.classes, logits, strict=True)
            },
        )
