r"""Shared by models with an encoder :math:`q(z \mid x)` and a decoder :math:`p(x \mid z)`."""

from __future__ import annotations

__all__ = ["HeadModel", "LatentModel"]

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.conditional import Conditional
from semivae.models.asked import draw_asked
from semivae.models.base import Model
from semivae.models.bound import terms_of
from semivae.models.terms import Terms, log_weight
from semivae.priors import Prior


class LatentModel(Model):
    r"""Abstract model in which :math:`x` depends on the latent alone.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        prior: The prior :math:`p(z)`.
        importance_samples: Draws of the latent per row in a training step.
    """

    def __init__(self, encoder: Conditional, decoder: Conditional, prior: Prior, importance_samples: int = 1) -> None:
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.prior = prior
        self.importance_samples = importance_samples

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *); the labels are not used."""

        return self.unlabeled(x)

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of rows of shape (B, *)."""

        return self.terms(x, self.encoder(x))

    def terms(self, x: Tensor, q: Distribution) -> Terms:
        """Returns the terms of rows of shape (B, *) under a given posterior."""

        return terms_of(q, self.latent(), lambda z: self.decoder(z).log_prob(x), self.importance_samples)

    def latent(self) -> Distribution:
        r"""Returns :math:`p(z)`, over values of shape (D,)."""

        return self.prior(encoder=self.encoder.laid_out)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`q(z \mid x)`, each with shape (B, D)."""

        q = self.encoder(x)

        return q.mean, q.variance.sqrt()

    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z)` for latents of shape (B, D)."""

        return self.decoder(z)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Draws latents from the prior, with shape (n, D)."""

        return self.latent().sample(torch.Size([n])), None

    def reread(self, z: Tensor) -> Distribution:
        r"""Returns :math:`q(z \mid \hat x(z))` for latents of shape (B, D): the posterior of their decoded means."""

        return self.encoder(self.decoder(z).mean)

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z)`, with shape (B,)."""

        return self.latent().log_prob(z) + self.decoder(z).log_prob(x)

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-weight of each draw of the latent, with shape (S, B)."""

        q, p = self.encoder(x), self.latent()

        weights = []
        for draw in noise:
            z, log_ratio = log_weight(q, p, draw)
            weights.append(self.decoder(z).log_prob(x) + log_ratio)

        return torch.stack(weights)


class HeadModel(LatentModel):
    r"""Abstract model with a predictor on the posterior mean of its latent.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        head: The predictor :math:`p(y \mid z)`.
        prior: The prior :math:`p(z)`.
        importance_samples: Draws of the latent per row in a training step.
    """

    def __init__(
        self,
        encoder: Conditional,
        decoder: Conditional,
        head: Conditional,
        prior: Prior,
        importance_samples: int = 1,
    ) -> None:
        super().__init__(encoder, decoder, prior, importance_samples)

        self.head = head

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns :math:`p(y \mid z = \mathbb{E}_q[z])` of rows of shape (B, *)."""

        return self.head(self.encoder(x).mean)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Draws latents from the prior, or those of asked labels as in :mod:`semivae.models.asked`."""

        return super().draw(n) if y is None else (draw_asked(self.latent(), self.reread, self.head, y), None)
