r"""VampPrior: the average posterior of learned pseudo-inputs.

.. math:: p(z) = \frac{1}{K} \sum_{k=1}^K q(z \mid u_k)

The posterior averaged over all rows is the prior that maximizes the bound. A few pseudo-inputs :math:`u_k`, learned
with the weights, replace the rows. If the encoder takes a class, the pseudo-inputs get the classes in turn:
:math:`\frac{1}{K} \sum_k q(z \mid u_k, y_k)`. This prior is the same for all labels, so label and latent are
independent.

A pseudo-input is a vector at the first layer of the encoder: the pixels of a flat image, or for a table the values,
one-hot categories and marks of missing cells. It is continuous, so it can be learned.
The KL divergence from a posterior to a mixture has no closed form; it is estimated at the sampled latent. As with any
learned mixture, `warmup` or several `importance_samples` keep prior and posterior from collapsing onto each other.

References:
    | VAE with a VampPrior (Tomczak and Welling, 2018)
    | https://arxiv.org/abs/1705.07120
"""

from __future__ import annotations

__all__ = ["VampPrior", "vamp"]

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, MixtureSameFamily

from semivae.priors.base import COMPONENTS, Prior, priors


class VampPrior(Prior):
    r"""Creates a VampPrior.

    Arguments:
        width: The width of a row as the layers of the encoder read it.
        classes: The number of classes that the encoder conditions on, or 0.
        components: The number of pseudo-inputs, :math:`K`.
    """

    weights: Tensor
    classes: Tensor | None

    def __init__(self, width: int, classes: int = 0, components: int = COMPONENTS) -> None:
        super().__init__()

        # Drawn like standardized data, which is roughly standard normal.
        self.inputs = nn.Parameter(torch.randn(components, width))
        self.register_buffer("weights", torch.full((components,), 1 / components))
        self.register_buffer("classes", torch.eye(classes)[torch.arange(components) % classes] if classes else None)

    def forward(self, y: Tensor | None = None, encoder: Any = None) -> MixtureSameFamily:
        """Returns the prior, over values of shape (D,), the same for all labels."""

        told = () if self.classes is None else (self.classes,)

        return MixtureSameFamily(
            Categorical(self.weights, validate_args=False), encoder(self.inputs, *told), validate_args=False
        )


@priors.register("vamp")
def vamp(latents: int, width: int, classes: int, components: int = COMPONENTS) -> VampPrior:
    """Returns a VampPrior with `components` pseudo-inputs."""

    return VampPrior(width, classes, components)
