r"""Shared by models in two stages: a VAE trained without labels, then a model with its latent."""

from __future__ import annotations

__all__ = ["Reads", "StackedModel"]

import abc
from typing import ClassVar, Literal, TypeAlias

from torch import Tensor
from torch.distributions import Distribution

from semivae.models.base import Model
from semivae.models.vae import VAE

# The input of the predictor.
Reads: TypeAlias = Literal["rows", "features"]


class StackedModel(Model):
    r"""Abstract model with the latent features of a VAE, which is trained first. Its latent is the latent of the VAE.

    Arguments:
        features: The VAE.
        reads: Whether the predictor reads rows or their features.

    Attributes:
        short: Whether the second stage takes as few steps as a model of one stage.
    """

    short: ClassVar[bool] = False

    def __init__(self, features: VAE, reads: Reads = "features") -> None:
        super().__init__()

        self.features = features
        self.reads: Reads = reads

    def stages(self) -> tuple[Model, ...]:
        """Returns the VAE, then the whole model."""

        return (self.features, self)

    def read(self, x: Tensor) -> Tensor:
        r"""Returns the feature means, with shape (B, D), or the rows, if the predictor reads these.

        Distances between features mean more than between wide rows.
        """

        return x if self.reads == "rows" else self.features.encoder(x).mean

    @abc.abstractmethod
    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid \cdot)` from the output of :meth:`read`."""

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns the prediction of rows of shape (B, *)."""

        return self.judge(self.read(x))

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of the features :math:`q(z \mid x)`, each with shape (B, D)."""

        return self.features.posterior(x)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z)` for features of shape (B, D)."""

        return self.features.decode(z)

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw of the features."""

        return self.features.noise
