r"""Families of a whole row of counts given its sum, such as the counts of a cell or the words of a document.

With the sum :math:`l = \sum_j x_j` of a row and shares :math:`\rho` of its columns, a softmax of the features:

.. math::
    x_j & \sim \mathrm{NB}(l \rho_j, \theta_j)

    x & \sim \mathrm{Multinomial}(l, \rho)

The negative binomial has mean :math:`l \rho_j` and variance :math:`l \rho_j + (l \rho_j)^2 / \theta_j`, with one
learned :math:`\theta_j` for each column. With zero inflation, a count is 0 with a probability :math:`\pi_j` of its own
as well. The sum counts as known, as the size of a library does: scores are log-probabilities of a row given its sum.
The multinomial is exactly the probability of a row among all with the same sum; the negative binomial takes the sum for
a number known beforehand. New rows draw their sum from the log-normal distribution of the sums of the fit.

References:
    | Deep generative modeling for single-cell transcriptomics (Lopez et al., 2018)
    | https://doi.org/10.1038/s41592-018-0229-2
"""

from __future__ import annotations

__all__ = ["Bag", "Expression", "Multinomial", "NegativeBinomial", "Words"]

import abc
from collections.abc import Callable, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Gamma
from torch.nn.functional import logsigmoid

from semivae.families.base import Family, widen

# A share is never taken to be smaller, so that a column without a count in the fit has a logarithm.
SMALLEST_SHARE = 1e-8

# Sums of new rows are within so many deviations of their mean.
WIDEST = 2.5


class Bag(Distribution):
    r"""Abstract distribution of a row of counts given its sum.

    Arguments:
        log_share: The logarithms of :math:`\rho`, with shape (*, P).
        sums: Mean and deviation of the logarithms of sums.
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, log_share: Tensor, sums: tuple[Tensor, Tensor]) -> None:
        self.log_share = log_share
        self.sums = sums

        super().__init__(log_share.shape[:-1], log_share.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean of a row with the usual sum, with shape (*, P)."""

        return self.log_share.exp() * self.sums[0].exp()

    @abc.abstractmethod
    def cells(self, value: Tensor) -> Tensor:
        """Returns the log-probability of each count by itself, both with shape (*, P)."""

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of rows of shape (*, P) given their sums, with shape (*)."""

        return self.cells(value).sum(-1)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns whole numbers, with shape (*sample_shape, *, P)."""

        with torch.no_grad():
            log_share = self.log_share.expand(self._extended_shape(sample_shape))
            noise = torch.randn_like(log_share[..., :1]).clamp(-WIDEST, WIDEST)
            sums = (self.sums[0] + self.sums[1] * noise).exp().round().clamp(min=1)

            return self.drawn(log_share, sums)

    @abc.abstractmethod
    def drawn(self, log_share: Tensor, sums: Tensor) -> Tensor:
        """Returns counts, given shares of shape (*, P) and sums of shape (*, 1)."""


class Words(Bag):
    """Multinomial distribution of a row of counts."""

    def cells(self, value: Tensor) -> Tensor:
        """Returns the log-probability of each count as Poisson, which it is where sums are drawn, too."""

        log_mean = self.log_share + log_sum(value)

        return value * log_mean - log_mean.exp() - (value + 1).lgamma()

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of rows of shape (*, P) given their sums, with shape (*)."""

        ways = (value.sum(-1) + 1).lgamma() - of_counts(value, lambda counts: (counts + 1).lgamma()).sum(-1)

        return (value * self.log_share).sum(-1) + ways

    def drawn(self, log_share: Tensor, sums: Tensor) -> Tensor:
        """Returns counts, given shares of shape (*, P) and sums of shape (*, 1)."""

        rows = [
            torch.multinomial(share, int(total), replacement=True).bincount(minlength=len(share))
            for share, total in zip(log_share.exp().flatten(0, -2), sums.flatten(), strict=True)
        ]

        return torch.stack(rows).to(log_share).reshape(log_share.shape)


class Expression(Bag):
    r"""Creates negative binomial counts.

    Arguments:
        log_share: The logarithms of :math:`\rho`, with shape (*, P).
        sums: Mean and deviation of the logarithms of sums.
        log_theta: The logarithms of :math:`\theta`, with shape (P,).
        gate: The logits of :math:`\pi`, with shape (*, P); None without zero inflation.
    """

    def __init__(
        self, log_share: Tensor, sums: tuple[Tensor, Tensor], log_theta: Tensor, gate: Tensor | None = None
    ) -> None:
        super().__init__(log_share, sums)

        self.log_theta = log_theta
        self.gate = gate

    @property
    def mean(self) -> Tensor:
        """The mean of a row with the usual sum, with shape (*, P)."""

        return super().mean if self.gate is None else super().mean * (-self.gate).sigmoid()

    def cells(self, value: Tensor) -> Tensor:
        """Returns the log-probability of each count, both with shape (*, P)."""

        theta = self.log_theta.exp()
        log_mean = self.log_share + log_sum(value)
        total = torch.logaddexp(self.log_theta, log_mean)

        # The gamma functions cancel where nothing was counted, which is nearly everywhere.
        ways = of_counts(
            value, lambda counts, theta: (counts + theta).lgamma() - theta.lgamma() - (counts + 1).lgamma(), theta
        )
        found = theta * (self.log_theta - total) + value * (log_mean - total) + ways

        if self.gate is None:
            return found

        counted = logsigmoid(-self.gate) + found

        return torch.where(value > 0, counted, torch.logaddexp(logsigmoid(self.gate), counted))

    def drawn(self, log_share: Tensor, sums: Tensor) -> Tensor:
        """Returns counts, given shares of shape (*, P) and sums of shape (*, 1)."""

        theta = self.log_theta.exp().expand(log_share.shape)
        rate = Gamma(theta, torch.ones_like(theta)).sample() * (log_share.exp() * sums / theta)
        counts = torch.poisson(rate)

        return counts if self.gate is None else counts * (torch.rand_like(counts) >= self.gate.sigmoid())


class Shares(Family):
    r"""Abstract family of a row of counts, with the shares of its columns and its usual sum.

    Arguments:
        shares: The shares of the columns in all counts of the fit, around which those of a row are learned.
        mean: The mean of the logarithms of sums.
        deviation: Their standard deviation.
    """

    base: Tensor
    usual: Tensor

    def __init__(self, shares: Sequence[float], mean: float, deviation: float) -> None:
        super().__init__((len(shares),))

        # Facts of the variable, which a saved model has anyway.
        self.register_buffer("base", torch.tensor(shares).clamp(min=SMALLEST_SHARE).log(), persistent=False)
        self.register_buffer("usual", torch.tensor([mean, deviation]), persistent=False)

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    @property
    def sums(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the logarithms of sums."""

        return self.usual[0], self.usual[1]

    def log_share(self, features: Tensor) -> Tensor:
        """Returns the logarithms of the shares that features of shape (*, P) stand for."""

        return (features + self.base).log_softmax(-1)


class Multinomial(Shares):
    """Family of multinomial rows of counts, such as the words of a text; the arguments are as for its base."""

    def forward(self, features: Tensor) -> Words:
        """Returns the distribution that features of shape (*, size) stand for."""

        return Words(self.log_share(widen(features)), self.sums)


class NegativeBinomial(Shares):
    r"""Creates a family of negative binomial rows of counts, such as those of a cell.

    Arguments:
        shares: The shares of the columns in all counts of the fit, around which those of a row are learned.
        mean: The mean of the logarithms of sums.
        deviation: Their standard deviation.
        inflated: Whether a count is 0 with a probability of its own, too.
    """

    def __init__(self, shares: Sequence[float], mean: float, deviation: float, inflated: bool = False) -> None:
        super().__init__(shares, mean, deviation)

        self.inflated = inflated
        self.log_theta = nn.Parameter(torch.zeros(len(shares)))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values * (2 if self.inflated else 1)

    def forward(self, features: Tensor) -> Expression:
        """Returns the distribution that features of shape (*, size) stand for."""

        features = widen(features)
        shares, gate = features.chunk(2, dim=-1) if self.inflated else (features, None)

        return Expression(self.log_share(shares), self.sums, self.log_theta.clamp(-7.0, 9.0), gate)


def log_sum(value: Tensor) -> Tensor:
    """Returns the logarithm of the sum of each row, at least of 1, with shape (*, 1)."""

    return value.sum(-1, keepdim=True).clamp(min=1).log()


def of_counts(value: Tensor, function: Callable[..., Tensor], *columns: Tensor) -> Tensor:
    r"""Returns a function of counts, with shape (*, P), which must be 0 at 0 and is computed elsewhere alone.

    Arguments:
        value: The counts, with shape (*, P).
        function: Maps counts and numbers of their columns, each with shape (M,), to shape (M,).
        columns: Numbers of the columns, each with shape (P,).
    """

    counted = value != 0
    found = function(value[counted], *(column.expand_as(value)[counted] for column in columns))

    return torch.zeros_like(value).masked_scatter(counted, found)
