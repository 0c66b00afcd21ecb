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

__all__ = ["Diagonal", "Gaussian"]

import math

from torch import Tensor
from torch.distributions import Independent, Normal

from semivae.families.scale import Scale, Scaled

# A likelihood is unbounded where a value can be predicted exactly (a constant column), so that no
# standard deviation, in units of the standardized data, falls below this.
SMALLEST_SCALE = 0.01


class Diagonal(Independent):
    """Gaussian with a diagonal covariance; it can also be asked for the values at given noise."""

    def at(self, noise: Tensor) -> Tensor:
        """Maps standard normal noise to values, both with shape (*, *shape)."""

        return self.base_dist.loc + noise * self.base_dist.scale


class Gaussian(Scaled):
    r"""Creates a Gaussian family.

    Arguments:
        shape: The shape of one value, or its size.
        scale: The standard deviation, as for :class:`Scaled`.
        start: The standard deviation that "shared" and "single" start from.
    """

    def __init__(self, shape: int | tuple[int, ...], scale: Scale = "learned", start: float = 1.0) -> None:
        super().__init__(shape, scale, start)

    def forward(self, features: Tensor) -> Diagonal:
        """Returns the distribution that features of shape (*, size) stand for."""

        return Diagonal(Normal(*self.located(features), validate_args=False), len(self.shape), validate_args=False)

    def bounded(self, log_scale: Tensor) -> Tensor:
        """Returns standard deviations, none so small or large that a density overflows."""

        return log_scale.clamp(math.log(SMALLEST_SCALE), 5.0).exp()
