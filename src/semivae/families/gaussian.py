r"""Gaussian family with a scale that is fixed, single, shared by all rows, or learned per row.

.. math:: p(x) = \mathcal{N}(x \mid \mu, \sigma^2)

With one scale for all, :math:`-\log p(x) = \frac{1}{2c} \lVert x - \mu \rVert^2 + \frac{P}{2} \log 2 \pi c`, where
:math:`c = \sigma^2` balances reconstruction and divergence. Learned, :math:`c` becomes the mean squared error.

References:
    | Auto-Encoding Variational Bayes (Kingma and Welling, 2013)
    | https://arxiv.org/abs/1312.6114

    | Simple and Effective VAE Training with Calibrated Decoders (Rybkin et al., 2021)
    | https://arxiv.org/abs/2006.13202
"""

from __future__ import annotations

__all__ = ["Bell", "Diagonal", "Gaussian", "Within"]

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal
from torch.distributions.kl import register_kl

from semivae.families.scale import Scale, Scaled

# A likelihood is unbounded where a value can be predicted exactly (a constant column), so that no
# standard deviation, in units of the standardized data, falls below this.
SMALLEST_SCALE = 0.01


LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)


class Bell(Normal):
    r"""Creates normal distributions of single values; a small step spends much of its time on PyTorch's own.

    Arguments:
        loc: The means, with shape (*).
        scale: The standard deviations, with a shape that broadcasts to (*).
    """

    def __init__(self, loc: Tensor, scale: Tensor) -> None:
        self.loc = loc
        self.shared = scale

        Distribution.__init__(self, loc.shape, validate_args=False)

    @property
    def scale(self) -> Tensor:  # type: ignore[override]
        """The standard deviations, with shape (*)."""

        return self.shared.expand(self.batch_shape)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Bell:
        """Returns the distribution with a larger shape."""

        return Bell(self.loc.expand(batch_shape), self.shared)

    def rsample(self, sample_shape: Any = torch.Size()) -> Tensor:  # noqa: B008
        """Draws values with a gradient, with shape (*sample_shape, *)."""

        noise = self.loc.new_empty(self._extended_shape(sample_shape)).normal_()

        return torch.addcmul(self.loc, noise, self.shared)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-density of values, both with shape (*)."""

        return ((value - self.loc) / self.shared).square() * -0.5 - (self.shared.log() + LOG_ROOT_TWO_PI)


@register_kl(Bell, Bell)
def divergence(q: Bell, p: Bell) -> Tensor:
    """Returns the divergence between normal distributions, with shape (*)."""

    ratio, shift = q.shared / p.shared, (q.loc - p.loc) / p.shared

    return 0.5 * (ratio.square() + shift.square() - 1) - ratio.log()


class Diagonal(Independent):
    """Gaussian with a diagonal covariance; it can also be asked for the values at given noise."""

    def at(self, noise: Tensor) -> Tensor:
        """Maps standard normal noise to values, both with shape (*, *shape)."""

        return torch.addcmul(self.base_dist.loc, noise, self.base_dist.shared)


class Within(Bell):
    r"""Gaussian that is drawn between two ends, where the density is not cut: training sees no value beyond them.

    Arguments:
        loc: The means, with shape (*).
        scale: The standard deviations, which broadcast to them.
        low: The lower ends, which broadcast to the means.
        high: The upper ends.
    """

    def __init__(self, loc: Tensor, scale: Tensor, low: Tensor, high: Tensor) -> None:
        super().__init__(loc, scale)

        self.low = low
        self.high = high

    def expand(self, batch_shape: Any, _instance: Any = None) -> Within:
        """Returns the distribution with a larger shape."""

        return Within(self.loc.expand(batch_shape), self.shared, self.low, self.high)

    def tail(self) -> tuple[Tensor, Tensor, Tensor]:
        """Returns both ends as standard normal quantiles, and whether they are negated, in double precision."""

        loc, scale, low, high = (part.double() for part in (self.loc, self.scale, self.low, self.high))
        above = low + high > 2 * loc
        first, last = (low - loc) / scale, (high - loc) / scale

        # Probabilities are exact to the last digit only in the lower tail.
        return torch.where(above, -last, first), torch.where(above, -first, last), above

    @property
    def inside(self) -> Tensor:
        """The probability between the ends, with shape (*); 1 where they are one number."""

        first, last, _ = self.tail()

        return torch.where(self.low < self.high, torch.special.ndtr(last) - torch.special.ndtr(first), 1.0)

    def quantile(self, share: Tensor) -> Tensor:
        """Returns values between the ends, with that share of the cut distribution below them, by its inverse."""

        first, last, above = self.tail()
        start, end = torch.special.ndtr(first), torch.special.ndtr(last)
        below = start + (end - start) * torch.where(above, 1 - share, share).to(start)

        # A mean that is too far off for a probability leaves the nearest end.
        noise = torch.where(end > 0, torch.special.ndtri(below).clamp(first, last), last)
        values = self.loc + self.scale * torch.where(above, -noise, noise)

        return torch.minimum(torch.maximum(values, self.low), self.high).to(self.loc)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns values between the ends, with shape (*sample_shape, *)."""

        with torch.no_grad():
            return self.quantile(torch.rand(self._extended_shape(sample_shape)))


class Gaussian(Scaled):
    r"""Creates a Gaussian family.

    Arguments:
        shape: The shape of one value, or its size.
        scale: The standard deviation, as for :class:`Scaled`.
        start: The standard deviation that "shared" and "single" start from.
        ends: The range in which each entry is drawn; no range if none is given.
    """

    ends: Tensor

    def __init__(
        self,
        shape: int | tuple[int, ...],
        scale: Scale = "learned",
        start: float = 1.0,
        ends: Sequence[Sequence[float]] | None = None,
    ) -> None:
        super().__init__(shape, scale, start)

        # Facts of the variables, which a saved model has anyway.
        self.bounds = ends is not None
        self.register_buffer("ends", torch.tensor(ends or []).reshape(-1, 2), persistent=False)

    def forward(self, features: Tensor) -> Diagonal:
        """Returns the distribution that features of shape (*, size) stand for."""

        loc, scale = self.located(features)
        values = Within(loc, scale, *self.ends.T) if self.bounds else Bell(loc, scale)

        return Diagonal(values, len(self.shape), validate_args=False)

    def bounded(self, log_scale: Tensor) -> Tensor:
        """Returns standard deviations, none so small or large that a density overflows."""

        return log_scale.clamp(math.log(SMALLEST_SCALE), 5.0).exp()
