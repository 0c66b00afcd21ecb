r"""VAE: the variational autoencoder, which never sees a label.

Generative process:

.. math::
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z)

Inference: :math:`q(z \mid x)`, a diagonal Gaussian.

Bound:

.. math:: L(x) = \mathbb{E}_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \parallel p(z))

References:
    | Auto-Encoding Variational Bayes (Kingma and Welling, 2013)
    | https://arxiv.org/abs/1312.6114
"""

from __future__ import annotations

__all__ = ["VAE"]

from semivae.conditional import Net
from semivae.families import Family, Gaussian
from semivae.models.base import models
from semivae.models.latent import LatentModel
from semivae.priors import StandardNormal
from semivae.variables import Schema


@models.register("vae")
class VAE(LatentModel):
    r"""Creates a variational autoencoder.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        prior: The prior :math:`p(z)`.
    """

    targets = ()

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int) -> VAE:
        r"""Wires the default graph.

        Arguments:
            schema: What each variable is.
            family: The family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
        """

        return cls(
            encoder=net(schema.x, to=Gaussian(latents)),
            decoder=net(latents, to=family),
            prior=StandardNormal(latents),
        )
