r"""AE: the plain autoencoder, the baseline that shows what the VAE adds.

The code is a point, nothing pulls it towards a prior, and so there is no density and no way to sample: decoding
draws of :math:`\mathcal{N}(0, I)` shows exactly that.

Objective:

.. math:: \max \; \log p(x \mid z = g(x))

Training: as of a VAE, without draws and without a divergence.

When to choose it: as a baseline of codes and reconstructions, not for densities or new rows.

References:
    | Reducing the Dimensionality of Data with Neural Networks (Hinton and Salakhutdinov, 2006)
    | https://doi.org/10.1126/science.1127647
"""

from __future__ import annotations

__all__ = ["AE"]

from torch import Tensor

from semivae.conditional import Net
from semivae.families import Family, Point
from semivae.models.base import models
from semivae.models.latent import LatentModel
from semivae.priors import StandardNormal
from semivae.variables import Schema


@models.register("ae")
class AE(LatentModel):
    r"""Creates an autoencoder.

    Arguments:
        encoder: The code :math:`g(x)`, as a point mass.
        decoder: The likelihood :math:`p(x \mid z)`.
        prior: What :math:`z` is drawn from when the decoder is asked for samples.
    """

    targets = ()

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int) -> AE:
        r"""Wires the default graph.

        Arguments:
            schema: What each variable is.
            family: The family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
        """

        return cls(
            encoder=net(schema.x, to=Point(latents)),
            decoder=net(latents, to=family),
            prior=StandardNormal(latents),
        )

    def log_evidence(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-likelihood of the reconstruction, with shape (B,): a score, not a density."""

        return self.decoder(self.encoder(x).mean).log_prob(x)
