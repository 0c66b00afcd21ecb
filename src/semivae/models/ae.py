r"""AE: the plain autoencoder, a baseline for the VAE.

The code is a point and no prior constrains it. So there is no density and no valid way to sample: decoded draws of
:math:`\mathcal{N}(0, I)` show this.

Objective:

.. math:: \max \; \log p(x \mid z = g(x))

Training: as for a VAE, without draws and without a divergence.

When to choose it: as a baseline for codes and reconstructions, not for densities or new rows.

References:
    | Reducing the Dimensionality of Data with Neural Networks (Hinton and Salakhutdinov, 2006)
    | https://doi.org/10.1126/science.1127647
"""

from __future__ import annotations

__all__ = ["AE"]

from torch import Tensor

from semivae.conditional import Net
from semivae.families import Family, Point
from semivae.models.base import Model, models
from semivae.models.latent import LatentModel
from semivae.priors import StandardNormal
from semivae.schema import Schema


@models.register("ae")
class AE(LatentModel):
    r"""Creates an autoencoder.

    Arguments:
        encoder: The code :math:`g(x)`, as a point mass.
        decoder: The likelihood :math:`p(x \mid z)`.
        prior: The distribution of :math:`z` for samples.
    """

    targets = ()
    ignores = frozenset({"beta", "warmup", "free_bits"})  # there is no divergence

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int) -> AE:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
        """

        return cls(
            encoder=net(schema.x, to=Point(latents)),
            decoder=net(latents, to=family),
            prior=StandardNormal(latents),
        )

    # There is no density.
    log_joint = Model.log_joint

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-likelihood of the reconstruction, with shape (1, B), a score that is not a density."""

        return self.decoder(self.encoder(x).mean).log_prob(x)[None]
