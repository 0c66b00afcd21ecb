r"""Poisson and negative binomial families, for counts such as visits or defects.

.. math:: \log p(x) = x \log \lambda - \lambda - \log x!

.. math::
    \log p(x) = \log \frac{\Gamma(x + \theta)}{\Gamma(\theta) \, x!}
    + \theta \log \frac{\theta}{\theta + \lambda} + x \log \frac{\lambda}{\theta + \lambda}

The negative binomial has mean :math:`\lambda` and variance :math:`\lambda + \lambda^2 / \theta`, with a
:math:`\theta` that is learned for each column. The Poisson distribution is its limit for a large one.

A network gives the logarithm of the rate in standard units of the logarithms of the counts, so that it starts near the
usual count, whether that is 2 or 20,000:

.. math:: \log \lambda = c - \mathrm{softplus}(c - m - s h)

where :math:`m` and :math:`s` are the mean and deviation of :math:`\log(1 + x)` in the fit, and :math:`c` is 2 more than
the logarithm of the largest count. The exponential of a network's output may overflow, and a count is never rarer
under a larger rate than that: the rate is bounded, softly, for a clamp has no gradient by which to come back. Rates
near zero need no bound: the logarithm is used as it is, not taken of a rate that has become zero.
"""

from __future__ import annotations

__all__ = ["Counts", "Dispersed", "NegativeBinomials", "Poisson"]

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Gamma, Independent

from semivae.families.base import Family, widen

# By how much the logarithm of a rate may be above that of the largest count.
ROOM = 2.0

# The logarithm of theta at first, and the largest; there, the distribution is a Poisson distribution.
FIRST, LARGEST = 1.0, 9.0


class Counts(Distribution):
    r"""Creates a distribution of counts, given the logarithms of their rates.

    Arguments:
        log_rate: The logarithms :math:`\log \lambda`, with shape (*).
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, log_rate: Tensor) -> None:
        self.log_rate = log_rate

        super().__init__(log_rate.shape, validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The rate, with shape (*)."""

        return self.log_rate.exp()

    @property
    def variance(self) -> Tensor:
        """The rate, too, with shape (*)."""

        return self.log_rate.exp()

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of counts, both with shape (*)."""

        return value * self.log_rate - self.log_rate.exp() - (value + 1).lgamma()

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns whole numbers, with shape (*sample_shape, *)."""

        with torch.no_grad():
            return torch.poisson(self.mean.expand(self._extended_shape(sample_shape)))


class Dispersed(Counts):
    r"""Creates a distribution of counts that vary more than by chance alone.

    Arguments:
        log_rate: The logarithms :math:`\log \lambda`, with shape (*, n).
        log_theta: The logarithms :math:`\log \theta`, with shape (n,).
    """

    def __init__(self, log_rate: Tensor, log_theta: Tensor) -> None:
        super().__init__(log_rate)

        self.log_theta = log_theta

    @property
    def variance(self) -> Tensor:
        r""":math:`\lambda + \lambda^2 / \theta`, with shape (*)."""

        return self.mean + (2 * self.log_rate - self.log_theta).exp()

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of counts, both with shape (*)."""

        theta = self.log_theta.exp()
        total = torch.logaddexp(self.log_theta, self.log_rate)
        ways = (value + theta).lgamma() - theta.lgamma() - (value + 1).lgamma()

        return ways + theta * (self.log_theta - total) + value * (self.log_rate - total)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns whole numbers, with shape (*sample_shape, *)."""

        with torch.no_grad():
            theta = self.log_theta.exp().expand(self._extended_shape(sample_shape))

            return torch.poisson(Gamma(theta, theta / self.mean).sample())


class Poisson(Family):
    r"""Creates a Poisson family of n counts.

    Arguments:
        mean: The mean :math:`m` of the logarithms of each count plus one.
        deviation: Their standard deviation :math:`s`.
        high: The largest of each count that was observed.
    """

    mean: Tensor
    deviation: Tensor
    bound: Tensor

    def __init__(self, mean: Sequence[float], deviation: Sequence[float], high: Sequence[float]) -> None:
        super().__init__((len(mean),))

        facts = {"mean": mean, "deviation": deviation, "bound": [math.log1p(value) + ROOM for value in high]}

        # Facts of the variables, which a saved model has anyway.
        for name, values in facts.items():
            self.register_buffer(name, torch.tensor(values), persistent=False)

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> Independent:
        """Returns the distribution that features of shape (*, size) stand for."""

        return Independent(Counts(self.log_rate(features)), 1, validate_args=False)

    def log_rate(self, features: Tensor) -> Tensor:
        r"""Returns :math:`\log \lambda` for features of shape (*, size), with the same shape."""

        free = self.mean + self.deviation * widen(features)

        return self.bound - nn.functional.softplus(self.bound - free)


class NegativeBinomials(Poisson):
    r"""Creates a negative binomial family of n counts.

    Arguments:
        mean: The mean :math:`m` of the logarithms of each count plus one.
        deviation: Their standard deviation :math:`s`.
        high: The largest of each count that was observed.
        spread: Whether each varies more than a Poisson distribution; others start as one.
    """

    def __init__(
        self, mean: Sequence[float], deviation: Sequence[float], high: Sequence[float], spread: Sequence[bool]
    ) -> None:
        super().__init__(mean, deviation, high)

        self.log_theta = nn.Parameter(torch.tensor([FIRST if wide else LARGEST for wide in spread]))

    def forward(self, features: Tensor) -> Independent:
        """Returns the distribution that features of shape (*, size) stand for."""

        theta = self.log_theta.clamp(-LARGEST, LARGEST)

        return Independent(Dispersed(self.log_rate(features), theta), 1, validate_args=False)
