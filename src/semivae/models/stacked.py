r"""Shared by models in two stages: a VAE trained without labels, then a model on its latent features."""

from __future__ import annotations

__all__ = ["StackedModel"]

import abc

from torch import Tensor
from torch.distributions import Distribution

from semivae.models.base import Model
from semivae.models.vae import VAE


class StackedModel(Model):
    r"""Abstract model on the latent features of a VAE, which is trained first. Its latent is the latent of the VAE.

    Arguments:
        features: The VAE.
    """

    def __init__(self, features: VAE) -> None:
        super().__init__()

        self.features = features

    def stages(self) -> tuple[Model, ...]:
        """Returns the VAE, then the whole model."""

        return (self.features, self)

    def read(self, x: Tensor) -> Tensor:
        r"""Returns the feature means, with shape (B, D); distances between features mean more than between rows."""

        return self.features.encoder(x).mean

    @abc.abstractmethod
    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid z)` for features of shape (B, D)."""

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid z = \mathbb{E}_q[z])` of rows of shape (B, *)."""

        return self.judge(self.read(x))

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of the features :math:`q(z \mid x)`, each with shape (B, D)."""

        return self.features.posterior(x)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z)` for features of shape (B, D)."""

        return self.features.decode(z)
