r"""Real cells with spikes: a hurdle for each number that recurs, and a Gaussian for all others.

A column has spikes :math:`a_1, \dots, a_K`, numbers that many cells hold exactly: a zero, a cap, a usual value.

.. math::
    \log p(x) = \begin{cases}
        \log \pi_k & x = a_k \\
        \log \pi_0 + \log \mathcal{N}(x \mid \mu, \sigma^2) & \text{otherwise}
    \end{cases}

This is a density with respect to the Lebesgue measure plus a unit mass at each spike: it integrates to :math:`\pi_0`
over the numbers between spikes, to which the probabilities of spikes add up to one.

References:
    | Some Statistical Models for Limited Dependent Variables (Cragg, 1971), for the hurdle
    | https://doi.org/10.2307/1909582

    | Handling Incomplete Heterogeneous Data using VAEs (Nazabal et al., 2020)
    | https://arxiv.org/abs/1807.03653
"""

from __future__ import annotations

__all__ = ["Reals"]

import math
from collections.abc import Sequence
from typing import ClassVar, cast

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from semivae.families.base import widen
from semivae.families.bend import Bend
from semivae.families.gaussian import Gaussian, Within
from semivae.families.scale import Scale
from semivae.variables import SAME, Variable


class Hurdles(Distribution):
    r"""Creates a distribution of n cells, independent of each other.

    Arguments:
        rest: The Gaussian of the numbers that are no spikes, with shape (*, n).
        shares: The log-probabilities of these and of each spike, with shape (*, n, 1 + K).
        family: The family.
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, rest: Within, shares: Tensor, family: Reals) -> None:
        self.rest = rest
        self.shares = shares
        self.family = family

        super().__init__(rest.batch_shape, validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-density of cells, both with shape (*, n)."""

        rest, spikes = self.shares[..., 0] + self.rest.log_prob(value), self.family.spikes
        at = (value[..., None] - spikes).abs() <= SAME * (1 + spikes.abs())
        mass = torch.where(at, self.shares[..., 1:], 0.0).sum(-1)

        return torch.where(at.any(-1), mass, rest)

    @property
    def mean(self) -> Tensor:
        """The means, with shape (*, n): in a bent column, the number in the units of the model of the mean value."""

        shares, bend = self.shares.exp(), self.family.bend
        spikes = self.family.spikes.nan_to_num()

        if bend is None:
            return shares[..., 0] * self.rest.loc + (shares[..., 1:] * spikes).sum(-1)

        rest = bend.average(self.rest)
        values = shares[..., 0] * rest + (shares[..., 1:] * bend(spikes.T).T).sum(-1)

        return bend.inverse(values)

    @property
    def inside(self) -> Tensor:
        """The probability that a number is within the ends, as a spike is, with shape (*, n)."""

        return 1 - self.shares[..., 0].exp() * (1 - self.rest.inside)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns cells, with shape (*sample_shape, *, n): a spike or, within the ends, another number."""

        with torch.no_grad():
            rest = self.rest.sample(sample_shape)
            shares = self.shares.expand(*rest.shape, -1)

            # With Gumbel noise, the largest of log-probabilities is a draw of them.
            drawn = (shares - torch.empty_like(shares).exponential_().log()).argmax(-1, keepdim=True)
            spikes = torch.cat([rest[..., None], self.family.spikes.expand(*rest.shape, -1)], dim=-1)

            return spikes.gather(-1, drawn)[..., 0]


class Reals(Gaussian):
    r"""Creates a family of n real cells, some with spikes.

    Arguments:
        variables: The columns.
        scale: The standard deviation of the numbers that are no spikes, as for :class:`Gaussian`.
    """

    spikes: Tensor
    places: Tensor

    def __init__(self, variables: Sequence[Variable], scale: Scale = "shared") -> None:
        super().__init__(len(variables), scale, ends=[variable.range for variable in variables])

        # Columns have different numbers of spikes: each table row is filled up with NaN, which no number equals.
        most = max((len(variable.spikes) for variable in variables), default=0)
        rows = [variable.standard_spikes for variable in variables]
        places = [j * most + k for j, row in enumerate(rows) for k in range(len(row))]
        table = torch.tensor([row + [math.nan] * (most - len(row)) for row in rows])

        self.bend = Bend(variables) if any(variable.knots for variable in variables) else None
        self.register_buffer("spikes", table, persistent=False)
        self.register_buffer("places", torch.tensor(places, dtype=torch.long), persistent=False)

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return super().size + len(self.places)

    def forward(self, features: Tensor) -> Independent:  # type: ignore[override]
        """Returns the distribution that features of shape (*, size) stand for."""

        rest, logits = widen(features).split([super().size, len(self.places)], dim=-1)
        table = logits.new_full((*logits.shape[:-1], self.spikes.numel()), -torch.inf)
        table = table.index_copy(-1, self.places, logits).unflatten(-1, self.spikes.shape)
        shares = torch.cat([torch.zeros_like(rest[..., : self.values, None]), table], dim=-1).log_softmax(-1)

        return Independent(Hurdles(cast(Within, super().forward(rest).base_dist), shares, self), 1, validate_args=False)
