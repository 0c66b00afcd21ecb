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

__all__ = ["Diagonal", "Gaussian", "Scale"]

import math
from typing import Literal, SupportsFloat

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from semivae.errors import SettingError
from semivae.families.base import Family, widen

# A likelihood is unbounded where a value can be predicted exactly (a constant column), so that no
# standard deviation, in units of the standardized data, falls below this.
SMALLEST_SCALE = 0.01

Scale = Literal["learned", "shared", "single"] | float


class Diagonal(Independent):
    """Gaussian with a diagonal covariance; it can also be asked for the values at given noise."""

    def at(self, noise: Tensor) -> Tensor:
        """Maps standard normal noise to values, both with shape (*, *shape)."""

        return self.base_dist.loc + noise * self.base_dist.scale


class Gaussian(Family):
    r"""Creates a Gaussian family.

    Arguments:
        shape: The shape of one value, or its size.
        scale: The standard deviation: "learned" takes it from the features, one per value and row; "shared"
            learns one per entry, the same for all rows; "single" learns one for all entries and rows; a number
            fixes it.
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        scale: Scale = "learned",
    ) -> None:
        super().__init__((shape,) if isinstance(shape, int) else shape)

        if scale not in ("learned", "shared", "single") and not (isinstance(scale, SupportsFloat) and float(scale) > 0):
            raise SettingError(
                f"scale={scale!r}", "it must be 'learned', 'shared', 'single' or above 0", "scale='shared'"
            )

        self.scale = scale
        sizes = {"shared": self.shape, "single": ()}
        self.log_scale = nn.Parameter(torch.zeros(sizes[scale])) if scale in sizes else None

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return 2 * self.values if self.scale == "learned" else self.values

    def forward(self, features: Tensor) -> Diagonal:
        """Returns the distribution that features of shape (*, size) stand for."""

        features = widen(features)

        if self.scale == "learned":
            loc, log_scale = features.chunk(2, dim=-1)
            scale = bounded(log_scale.unflatten(-1, self.shape))
        elif self.log_scale is not None:
            loc, scale = features, bounded(self.log_scale)
        else:
            loc, scale = features, features.new_tensor(float(self.scale))

        return Diagonal(
            Normal(loc.unflatten(-1, self.shape), scale, validate_args=False),
            len(self.shape),
            validate_args=False,
        )


def bounded(log_scale: Tensor) -> Tensor:
    """Returns learned standard deviations, none so small or large that a density overflows."""

    return log_scale.clamp(math.log(SMALLEST_SCALE), 5.0).exp()
