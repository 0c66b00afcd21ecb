r"""A mixture of learned Gaussians, for a latent without classes.

.. math:: p(z) = \sum_{k=1}^K \pi_k \, \mathcal{N}(z \mid \mu_k, \mathrm{diag}(\sigma_k^2))

Weights, means and standard deviations are learned. The KL divergence from a posterior to a mixture has no closed
form; it is estimated at the sampled latent. Prior and posterior may collapse onto each other before the decoder has
learned anything. A `warmup` or several `importance_samples` prevent this.

References:
    | Variational Deep Embedding (Jiang et al., 2017)
    | https://arxiv.org/abs/1611.05148
"""

from __future__ import annotations

__all__ = ["Mixture", "mixture"]

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, MixtureSameFamily

from semivae.families import Gaussian
from semivae.priors.base import COMPONENTS, Prior, priors
from semivae.priors.classes import ClassMixture


class Mixture(Prior):
    r"""Creates a mixture of learned Gaussians.

    Arguments:
        latents: The size of the latent.
        components: The number of Gaussians, :math:`K`.
    """

    def __init__(self, latents: int, components: int = COMPONENTS) -> None:
        super().__init__()

        self.family = Gaussian(latents)
        self.logits = nn.Parameter(torch.zeros(components))

        # Start near the standard normal, but not equal: equal components would stay equal.
        self.features = nn.Parameter(
            torch.cat([0.1 * torch.randn(components, latents), torch.zeros(components, latents)], dim=1)
        )

    def forward(self, y: Tensor | None = None, encoder: Any = None) -> MixtureSameFamily:
        """Returns the prior, over values of shape (D,), the same for all labels."""

        return MixtureSameFamily(
            Categorical(logits=self.logits, validate_args=False), self.family(self.features), validate_args=False
        )


@priors.register("mixture")
def mixture(latents: int, width: int, classes: int, components: int = COMPONENTS) -> Prior:
    """Returns a mixture with one Gaussian per class; without classes, with `components` Gaussians."""

    return ClassMixture(latents, classes) if classes else Mixture(latents, components)
