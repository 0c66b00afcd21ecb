r"""GMVAE for a continuous target, which moves the Gaussians of the latent.

Generative process:

.. math::
    y & \sim \mathcal{N}(0, 1) \\
    z & \sim p_\theta(z \mid y) = \sum_m \pi_m \, \mathcal{N}(\mu_m + w_m y, \Sigma_m) \\
    x & \sim p_\theta(x \mid z)

The known labels are standardized, so the prior is the Gaussian fitted to them.

Inference: :math:`q(z, y \mid x) = q(z \mid x) \, q(y \mid x)`, with a Gaussian :math:`q(y \mid x)`.

Bound:

.. math::
    L(x, y) & = \mathbb{E}_{q(z \mid x)}[\log p(x \mid z) + \log p(z \mid y) - \log q(z \mid x)] \\
    U(x) & = \mathbb{E}_{q(y \mid x)}[L(x, y)] - \mathrm{KL}(q(y \mid x) \parallel p(y))

Training: in the two stages of :py:`semivae.models.gmvae`. An unlabeled row draws its label by reparameterization.

References:
    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014), whose label is a class
    | https://arxiv.org/abs/1406.5298
"""

from __future__ import annotations

__all__ = ["GMVAEReal"]

import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian
from semivae.models.stacked import Reads, StackedModel
from semivae.models.terms import Terms, kl, log_weight
from semivae.models.vae import VAE
from semivae.priors import CorrelatedMixture, StandardNormal
from semivae.variables import Schema


class GMVAEReal(StackedModel):
    r"""Creates a VAE whose latent has a mixture of Gaussians that move with a value.

    Arguments:
        features: The VAE, of :math:`q(z \mid x)` and :math:`p(x \mid z)`.
        predictor: The label posterior :math:`q(y \mid x)`.
        prior: The mixture :math:`p(z \mid y)`.
        label_prior: The prior :math:`p(y)`.
        reads: Whether the predictor reads rows or their features.
    """

    targets = ("real",)
    fits_prior = True
    short = True

    prior: CorrelatedMixture
    label_prior: StandardNormal

    def __init__(
        self,
        features: VAE,
        predictor: Conditional,
        prior: CorrelatedMixture,
        label_prior: StandardNormal,
        reads: Reads = "rows",
    ) -> None:
        super().__init__(features, reads)

        self.predictor = predictor
        self.prior = prior
        self.label_prior = label_prior

    @classmethod
    def build(
        cls, schema: Schema, family: Family, net: Net, latents: int, mixture: int = 15, reads: Reads = "rows"
    ) -> GMVAEReal:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            mixture: The number of Gaussians.
            reads: Whether the predictor reads rows or their features.
        """

        width = schema.target.width

        return cls(
            features=VAE.build(schema, family, net, latents),
            predictor=net(schema.x if reads == "rows" else latents, to=Gaussian(width), regularized=True),
            prior=CorrelatedMixture(latents, mixture, values=width),
            label_prior=StandardNormal(width),
            reads=reads,
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with values of shape (B, 1)."""

        q = self.features.encoder(x)
        terms = self.joint(x, q, y)

        return replace(terms, prior=self.label_prior().log_prob(y), prediction=self.judge(self.seen(x, q)).log_prob(y))

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        q = self.features.encoder(x)
        p = self.judge(self.seen(x, q))
        y = p.rsample()
        terms = self.joint(x, q, y)

        return replace(terms, kl=terms.kl | {"y": kl(p, self.label_prior(), y)})

    def joint(self, x: Tensor, q: Distribution, y: Tensor) -> Terms:
        r"""Returns the terms of the bound on :math:`\log p(x \mid y)`, with shape (B,), under a given posterior."""

        z = q.rsample()

        return Terms(self.features.decoder(z).log_prob(x), {"z": q.log_prob(z) - self.prior.log_prob(z, y)[:, 0]})

    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x)` for rows of shape (B, *) or features of shape (B, D)."""

        return self.predictor(seen)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws latents from :math:`p(z)`, or from :math:`p(z \mid y)`, with shape (n, D)."""

        value = self.label_prior().sample(torch.Size([n])) if y is None else y

        return self.prior.sample(torch.zeros(n, dtype=torch.long, device=value.device), value), None

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw of the label and the latent."""

        return self.predictor.family.values + self.features.noise

    def log_evidence(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns an importance-weighted lower bound on :math:`\log p(x)`, with shape (B,).

        Each draw has its own label, drawn from :math:`q(y \mid x)`.
        """

        p, q = self.predict(x), self.features.encoder(x)
        width = self.predictor.family.values

        weights = []
        for draw in noise:
            y, log_ratio = log_weight(p, self.label_prior(), draw[:width])
            z = q.mean + q.variance.sqrt() * draw[width:]
            log_pz = self.prior.log_prob(z, y)[:, 0]
            weights.append(self.features.decoder(z).log_prob(x) + log_pz - q.log_prob(z) + log_ratio)

        return torch.stack(weights).logsumexp(0) - math.log(len(noise))
