r"""The standard normal prior.

.. math:: p(z) = \mathcal{N}(0, I)
"""

from __future__ import annotations

__all__ = ["StandardNormal", "fixed_draws", "normal"]

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Independent
from torch.distributions.kl import register_kl

from semivae.families.gaussian import Bell
from semivae.priors.base import COMPONENTS, Prior, priors


class Standard(Bell):
    """Normal distributions with mean 0 and standard deviation 1, which spare some operations."""


@register_kl(Bell, Standard)
def divergence(q: Bell, p: Standard) -> Tensor:
    """Returns the divergence from the standard normal, with shape (*)."""

    return 0.5 * (q.loc.square() + q.shared.square() - 1) - q.shared.log()


class StandardNormal(Prior):
    r"""Creates a standard normal prior.

    Arguments:
        latents: The size of the latent.
    """

    zero: Tensor
    one: Tensor

    def __init__(self, latents: int) -> None:
        super().__init__()

        self.register_buffer("zero", torch.zeros(latents))
        self.register_buffer("one", torch.ones(latents))

    def forward(self, y: Tensor | None = None, encoder: Any = None) -> Independent:
        """Returns the prior, over values of shape (D,), the same for all labels."""

        return Independent(Standard(self.zero, self.one), 1, validate_args=False)


def fixed_draws(count: int, size: int) -> Tensor:
    r"""Returns standard normal draws, the same at each call, with shape (count, size).

    They come in pairs :math:`\pm \epsilon`, so that their mean is zero. An average over these draws, instead
    of fresh ones, depends only on the row.

    Arguments:
        count: The number of draws; even.
        size: The size of each draw.
    """

    half = torch.randn(count // 2, size, generator=torch.Generator().manual_seed(0))

    return torch.stack([half, -half], 1).flatten(0, 1)


@priors.register("normal")
def normal(latents: int, width: int, classes: int, components: int = COMPONENTS) -> StandardNormal:
    """Returns the standard normal prior; it ignores width, classes and components."""

    return StandardNormal(latents)
