r"""Distributions of a whole row of counts given its sum; :py:mod:`semivae.families.bags` says which."""

from __future__ import annotations

__all__ = ["Bag", "Expression", "Words"]

import abc
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution, Gamma
from torch.nn.functional import logsigmoid

# Sums of new rows are within so many deviations of their mean.
WIDEST = 2.5


class Bag(Distribution):
    r"""Abstract distribution of a row of counts given its sum.

    Arguments:
        log_share: The logarithms of :math:`\rho`, with shape (*, P).
        sums: Mean and deviation of the logarithms of sums.
        effects: The effects of batches on the logarithms of shares, with shape (B, P).
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, log_share: Tensor, sums: tuple[Tensor, Tensor], effects: Tensor) -> None:
        self.log_share = log_share
        self.sums = sums
        self.effects = effects

        super().__init__(log_share.shape[:-1], log_share.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean of a row with the usual sum, with shape (*, P)."""

        return self.log_share.exp() * self.sums[0].exp()

    @abc.abstractmethod
    def cells(self, value: Tensor) -> Tensor:
        """Returns the log-probability of each count by itself, with shape (*, P), of rows of shape (*, P + B)."""

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of rows of shape (*, P + B) given their sums, with shape (*)."""

        return self.cells(value).sum(-1)

    def parted(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the counts of rows of shape (*, P + B) and the logarithms of their shares, both with shape (*, P)."""

        if not len(self.effects):
            return value, self.log_share

        counts, marks = value.tensor_split([self.log_share.shape[-1]], dim=-1)

        return counts, (self.log_share + marks @ self.effects).log_softmax(-1)

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

        value, log_share = self.parted(value)
        log_mean = log_share + log_sum(value)

        return value * log_mean - log_mean.exp() - (value + 1).lgamma()

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of rows of shape (*, P + B) given their sums, with shape (*)."""

        value, log_share = self.parted(value)
        ways = (value.sum(-1) + 1).lgamma() - of_counts(value, lambda counts: (counts + 1).lgamma()).sum(-1)

        return (value * log_share).sum(-1) + ways

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
        effects: The effects of batches on the logarithms of shares, with shape (B, P).
        log_theta: The logarithms of :math:`\theta`, with shape (P,).
        gate: The logits of :math:`\pi`, with shape (*, P); None without zero inflation.
    """

    def __init__(
        self,
        log_share: Tensor,
        sums: tuple[Tensor, Tensor],
        effects: Tensor,
        log_theta: Tensor,
        gate: Tensor | None = None,
    ) -> None:
        super().__init__(log_share, sums, effects)

        self.log_theta = log_theta
        self.gate = gate

    @property
    def mean(self) -> Tensor:
        """The mean of a row with the usual sum, with shape (*, P)."""

        return super().mean if self.gate is None else super().mean * (-self.gate).sigmoid()

    def cells(self, value: Tensor) -> Tensor:
        """Returns the log-probability of each count, with shape (*, P), of rows of shape (*, P + B)."""

        value, log_share = self.parted(value)
        theta = self.log_theta.exp()
        log_mean = log_share + log_sum(value)
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
