r"""Discretized logistic family, for numbers on L equally spaced levels :math:`0, \frac{1}{L - 1}, \dots, 1`.

A level has the probability that a logistic variable falls nearest to it; the first and the last level take the tails:

.. math:: p(x) = \sigma\left(\frac{u - \mu}{s}\right) - \sigma\left(\frac{l - \mu}{s}\right)

where the edges are :math:`l = x - \frac{1}{2 (L - 1)}`, or :math:`- \infty` for the first level, and
:math:`u = x + \frac{1}{2 (L - 1)}`, or :math:`\infty` for the last. These are probabilities, which sum to 1 over the
levels, so that :math:`-\log_2 p(x) / P` is a number of bits per pixel.

A difference of two numbers near 1 has no digits. With :math:`a = (u - \mu) / s` and :math:`b = (l - \mu) / s`, the
same value is a sum of three logarithms, each exact wherever the mean is:

.. math:: \log p(x) = \log \sigma(a) + \log \sigma(-b) + \log (1 - e^{b - a})

The last one does not depend on the mean, and on the outer levels it is zero.

References:
    | Improving Variational Inference with Inverse Autoregressive Flow (Kingma et al., 2016)
    | https://arxiv.org/abs/1606.04934

    | PixelCNN++: Improving the PixelCNN with Discretized Logistic Mixture Likelihood and Other Modifications
    | (Salimans et al., 2017)
    | https://arxiv.org/abs/1701.05517
"""

from __future__ import annotations

__all__ = ["Levels", "Logistic"]

import math
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent
from torch.nn.functional import logsigmoid, softplus

from semivae.families.scale import Scale, Scaled

# The standard deviation of a logistic variable with s = 1.
DEVIATION = math.pi / math.sqrt(3)

# The smallest learned s, in levels. Almost all of the probability is then on two levels, and little is gained by less.
SMALLEST = 0.25

# The largest logarithm of a learned standard deviation: its exponential must not overflow.
LARGEST = 5.0

# Steps between levels up to which the mean is a sum over all of them.
FEW = 32


class Levels(Distribution):
    r"""Creates a distribution over equally spaced levels.

    Arguments:
        loc: The location :math:`\mu`, with shape (*).
        scale: The scale :math:`s`, which broadcasts to that shape.
        levels: The number of levels L.
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, loc: Tensor, scale: Tensor, levels: int) -> None:
        self.loc = loc
        self.scale = scale
        self.last = levels - 1

        super().__init__(loc.shape, validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        r"""Returns the log-probability of levels, both with shape (*).

        Outer levels are told apart by factors, which take a tenth of the time of masks.
        """

        level = value * self.last
        below, above = level.clamp_max(1), (self.last - level).clamp_max(1)  # 0 on the first and on the last level
        half = 0.5 / (self.last * self.scale)
        inner = below * above * torch.log(-torch.expm1(-2 * half))
        distance = (self.loc - value) / self.scale

        return inner.addcmul(above, logsigmoid(half - distance)).addcmul(below, logsigmoid(half + distance))

    @property
    def mean(self) -> Tensor:
        r"""The mean, with shape (*): that of the probabilities of lying above each edge.

        For many levels, the integral over [0, 1] stands for the mean over the edges. It is cheaper by the number of
        levels, and differs by less than a tenth of a level.
        """

        if self.last <= FEW:
            edges = ((level + 0.5) / self.last for level in range(self.last))

            return torch.stack([torch.sigmoid((self.loc - edge) / self.scale) for edge in edges]).mean(0)

        return self.scale * (softplus(self.loc / self.scale) - softplus((self.loc - 1) / self.scale))

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns levels, with shape (*sample_shape, *)."""

        with torch.no_grad():
            shape = self._extended_shape(sample_shape)
            uniform = torch.rand(shape, dtype=self.loc.dtype, device=self.loc.device)
            value = self.loc + self.scale * uniform.logit()

            return (value * self.last).round().clamp(0, self.last) / self.last


class Logistic(Scaled):
    r"""Creates a discretized logistic family.

    Arguments:
        shape: The shape of one value, or its size.
        levels: The number of levels, at least 2.
        scale: The standard deviation before discretization, as for :class:`Scaled`.
        start: The standard deviation that "shared" and "single" start from, to which the smallest one is added.
    """

    def __init__(self, shape: int | tuple[int, ...], levels: int, scale: Scale = "single", start: float = 0.1) -> None:
        super().__init__(shape, scale, start)

        self.levels = levels

    def forward(self, features: Tensor) -> Independent:
        """Returns the distribution that features of shape (*, size) stand for."""

        loc, deviation = self.located(features)

        return Independent(Levels(loc, deviation / DEVIATION, self.levels), len(self.shape), validate_args=False)

    def bounded(self, log_scale: Tensor) -> Tensor:
        """Returns standard deviations. The smallest one is added, as a clamped one would have no gradient."""

        return log_scale.clamp_max(LARGEST).exp() + SMALLEST * DEVIATION / (self.levels - 1)
