r"""Predictor: a VAE and a predictor on its latent, trained jointly.

Generative process:

.. math::
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z) \\
    y & \sim p_\theta(y \mid z)

Inference: :math:`q(z \mid x)`. The predictor reads the posterior mean, so its prediction has no noise.

Objective, where only labeled rows have the last term:

.. math:: \mathbb{E}_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \parallel p(z))
    + \alpha \log p(y \mid z = \mathbb{E}_q[z])

Several targets are independent given the latent, and the last term has only the known targets of a row:

.. math:: \log p(y \mid z) = \sum_{t \,\text{known}} \log p_t(y_t \mid z)

Training: one draw of the latent estimates the expectation. Predictor and encoder learn together, so the latent space
generates rows and is ordered by the target, which may be a class or a number. Samples of an asked label are drawn from
the prior and chosen by the predictor, which also reads their decoded rows: :mod:`semivae.models.asked` says how. Those
of a class are sharper, so clearer and less varied, than :math:`p(z \mid y)`.

When to choose it: the target is a number, there are several targets and some are unknown, or you want a latent space
in which the targets change smoothly.

References:
    | Automatic Chemical Design Using a Data-Driven Continuous Representation of Molecules
    | (Gomez-Bombarelli et al., 2016)
    | https://arxiv.org/abs/1610.02415
"""

from __future__ import annotations

__all__ = ["Predictor"]

from dataclasses import replace

from torch import Tensor

from semivae.conditional import Net
from semivae.families import Family, Gaussian, choose_target
from semivae.models.base import models
from semivae.models.latent import HeadModel
from semivae.models.terms import Terms
from semivae.priors import MakePrior, normal
from semivae.schema import Schema


@models.register("predictor")
class Predictor(HeadModel):
    r"""Creates a VAE with a predictor on its latent.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        head: The predictor :math:`p(y \mid z)`.
        prior: The prior :math:`p(z)`.
        importance_samples: Draws of the latent per row in a training step.
    """

    targets = ("category", "real", "several")

    @classmethod
    def build(
        cls,
        schema: Schema,
        family: Family,
        net: Net,
        latents: int,
        prior: MakePrior = normal,
        importance_samples: int = 1,
    ) -> Predictor:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            prior: Makes the prior :math:`p(z)`.
            importance_samples: Draws of the latent per row in a training step.
        """

        encoder = net(schema.x, to=Gaussian(latents), regularized=True)

        return cls(
            encoder=encoder,
            decoder=net(latents, to=family),
            head=net(latents, to=choose_target(schema.target), regularized=True),
            prior=prior(latents, encoder.width, 0),
            importance_samples=importance_samples,
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        q = self.encoder(x)

        return replace(self.terms(x, q), prediction=self.head(q.mean).log_prob(y))
