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

from dataclasses import replace

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.batch import Batch
from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian
from semivae.models.frozen import FrozenModel
from semivae.models.stacked import Reads
from semivae.models.terms import Terms, halved, kl, log_weight
from semivae.models.vae import VAE
from semivae.priors import CorrelatedMixture, StandardNormal
from semivae.schema import Schema


class GMVAEReal(FrozenModel):
    r"""Creates a VAE whose latent has a mixture of Gaussians that move with a value.

    Arguments:
        features: The VAE, of :math:`q(z \mid x)` and :math:`p(x \mid z)`.
        predictor: The label posterior :math:`q(y \mid x)`.
        prior: The mixture :math:`p(z \mid y)`.
        label_prior: The prior :math:`p(y)`.
        reads: Whether the predictor reads rows or their features.
    """

    targets = ("real",)

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

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Terms | None, Terms | None]:
        """Returns the terms of both halves, from one pass over all rows."""

        q, z, log_px = self.encoded(batch)
        p = self.judge(self.seen(batch, q))
        y = p.rsample()

        if batch.labeled is not None:
            y = torch.cat([batch.labeled.y, *batch.split(y)[1:]])

        divergence = {"z": q.log_prob(z) - self.prior.log_prob(z, y)[:, 0], "y": kl(p, self.label_prior(), y)}
        known, unknown = halved(Terms(log_px, divergence, beliefs=(p,)), batch)

        if known is not None and batch.labeled is not None:
            prior, prediction = self.label_prior().log_prob(batch.labeled.y), batch.split(p.log_prob(y))[0]
            known = replace(known, kl={"z": known.kl["z"]}, prior=prior, prediction=prediction)

        return known, unknown

    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x)` for rows of shape (B, *) or features of shape (B, D)."""

        return self.predictor(seen)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws latents from :math:`p(z)`, or from :math:`p(z \mid y)`, with shape (n, D)."""

        value = self.label_prior().sample(torch.Size([n])) if y is None else y

        return self.prior.sample(torch.zeros(n, dtype=torch.long, device=value.device), value), None

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z)`, with shape (B,); the integral over the label is exact."""

        return self.features.decoder(z).log_prob(x) + self.prior.log_marginal(z)

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw of the label and the latent."""

        return self.predictor.family.values + self.features.noise

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-weight of each draw of the latent, with shape (S, B).

        Each draw has its own label, drawn from :math:`q(y \mid x)`.
        """

        p, q = self.predict(x), self.features.encoder(x)
        width = self.predictor.family.values

        weights = []
        for draw in noise:
            y, log_ratio = log_weight(p, self.label_prior(), draw[..., :width])
            z = q.mean + q.variance.sqrt() * draw[..., width:]
            log_pz = self.prior.log_prob(z, y)[:, 0]
            weights.append(self.features.decoder(z).log_prob(x) + log_pz - q.log_prob(z) + log_ratio)

        return torch.stack(weights)
