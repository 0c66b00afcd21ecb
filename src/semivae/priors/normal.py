r"""The standard normal prior.

.. math:: p(z) = \mathcal{N}(0, I)
"""

from __future__ import annotations

__all__ = ["StandardNormal"]

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal


class StandardNormal(nn.Module):
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

    def forward(self) -> Independent:
        """Returns the prior, over values of shape (D,)."""

        return Independent(Normal(self.zero, self.one, validate_args=False), 1, validate_args=False)
