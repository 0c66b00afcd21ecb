r"""Deep-feature loss: reconstructed images should look alike to a network, not only pixel by pixel.

.. math:: \mathcal{R} = \frac{1}{L} \sum_l \frac{1}{P_l} \lVert \phi_l(x) - \phi_l(\hat x) \rVert^2

with the features :math:`\phi_l` of a given network, which stays as it is, and the mean :math:`\hat x` of
:math:`p(x \mid z)` at one draw of :math:`z`. Squared errors of pixels forgive blur; those of features less so. It is
added to the bound, so the model is no longer trained for its likelihood alone.

References:
    | Deep Feature Consistent Variational Autoencoder (Hou et al., 2017)
    | https://arxiv.org/abs/1610.00291
"""

from __future__ import annotations

__all__ = ["Perceptual"]

from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.batch import Batch
from semivae.models.base import Model
from semivae.models.latent import LatentModel


class Perceptual(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        network: Maps images of shape (B, channels, height, width), with values in [0, 1], to a tensor of features, or
            to several.
    """

    def __init__(self, weight: float, network: Callable[[Tensor], Any]) -> None:
        super().__init__()

        self.weight = weight
        self.network = (network,)  # in a tuple it is not a submodule, and so not trained

    def forward(
        self,
        model: Model,
        batch: Batch,
        progress: Tensor,
        teacher: Model | None = None,
        beliefs: Sequence[Distribution] = (),
    ) -> Tensor:
        """Returns the penalty on the images of a batch, with shape ()."""

        decoded = cast(Any, cast(LatentModel, model).encoder(batch.x)).rsample()
        made = self.features(model.decode(decoded).mean)

        with torch.no_grad():
            real = self.features(batch.x)

        return torch.stack([(one - other).square().mean() for one, other in zip(made, real, strict=True)]).mean()

    def features(self, images: Tensor) -> list[Tensor]:
        """Returns the features of images, one tensor a layer."""

        (network,) = self.network

        if isinstance(network, nn.Module):
            network.to(images.device).eval().requires_grad_(False)

        found = network(images)

        return [found] if isinstance(found, Tensor) else list(found)
