r"""VAE: the variational autoencoder, trained without labels.

Generative process:

.. math::
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z)

Inference: :math:`q(z \mid x)`, a diagonal Gaussian.

Bound:

.. math:: L(x) = \mathbb{E}_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \parallel p(z))

Training: one draw of the latent estimates the expectation. Several `importance_samples` give the tighter bound of
:py:`semivae.models.bound`. `prior` selects other priors of :math:`z`.

When to choose it: there is no target, and you want a density, an outlier score, new rows or a map of the rows.

References:
    | Auto-Encoding Variational Bayes (Kingma and Welling, 2013)
    | https://arxiv.org/abs/1312.6114
"""

from __future__ import annotations

__all__ = ["VAE"]

from torch import Tensor

from semivae.batch import Batch
from semivae.conditional import Net
from semivae.families import Family, Gaussian
from semivae.models.base import models
from semivae.models.bound import terms_of
from semivae.models.latent import LatentModel
from semivae.models.terms import Terms, halved, noise
from semivae.priors import MakePrior, normal
from semivae.schema import Schema


@models.register("vae")
class VAE(LatentModel):
    r"""Creates a variational autoencoder.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        prior: The prior :math:`p(z)`.
        importance_samples: Draws of the latent per row in a training step.
    """

    targets = ()

    @classmethod
    def build(
        cls,
        schema: Schema,
        family: Family,
        net: Net,
        latents: int,
        prior: MakePrior = normal,
        importance_samples: int = 1,
    ) -> VAE:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            prior: Makes the prior :math:`p(z)`.
            importance_samples: Draws of the latent per row in a training step.
        """

        encoder = net(schema.x, to=Gaussian(latents))

        return cls(
            encoder=encoder,
            decoder=net(latents, to=family),
            prior=prior(latents, encoder.width, 0),
            importance_samples=importance_samples,
        )

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Terms | None, Terms | None]:
        """Returns the terms of both halves from one pass over all rows, which halves the operations of a step."""

        if self.importance_samples > 1 or len(batch.halves) < 2:
            return super().forward(batch, progress)

        x = batch.x
        q = self.encoder(x)
        draw = noise(batch, self.noise)

        return halved(terms_of(q, self.latent(), lambda z: self.decoder(z).log_prob(x), noise=draw), batch)
