r"""Point family: all mass at the features themselves, the code of a plain autoencoder.

.. math:: q(z) = \delta(z - \mu)

As in an autoencoder, its divergence from any prior, which would be infinite, is left out.
"""

from __future__ import annotations

__all__ = ["Delta", "Point"]

from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution, register_kl

from semivae.families.base import Family, widen


class Delta(Distribution):
    r"""Creates a point mass.

    Arguments:
        loc: The point, with shape (*, D).
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]
    has_rsample = True

    def __init__(self, loc: Tensor) -> None:
        self.loc = loc

        super().__init__(loc.shape[:-1], loc.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The point itself."""

        return self.loc

    @property
    def variance(self) -> Tensor:
        """Zeros."""

        return torch.zeros_like(self.loc)

    def rsample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns the point."""

        return self.loc.expand(*sample_shape, *self.loc.shape)


class Point(Family):
    r"""Creates a point family.

    Arguments:
        size: The number of values.
    """

    def __init__(self, size: int) -> None:
        super().__init__((size,))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> Delta:
        """Returns the point mass at features of shape (*, size)."""

        return Delta(widen(features))


@register_kl(Delta, Distribution)
def _left_out(q: Delta, p: Distribution) -> Tensor:
    return q.loc.new_zeros(q.batch_shape)
