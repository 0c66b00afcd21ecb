r"""M2 for a continuous target, with target and style as separate causes.

Generative process:

.. math::
    y & \sim \mathcal{N}(0, 1) \\
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z, y)

The known labels are standardized, so the prior is the Gaussian fitted to them.

Inference: :math:`q(y, z \mid x) = q(y \mid x) \, q(z \mid x, y)`, where
:math:`q(y \mid x) = \mathcal{N}(\mu(x), \sigma^2(x))` is the predictor, with a learned variance for each row. An
unlabeled row draws its label from it by reparameterization: one decoder pass per row, and no sum.

Bound:

.. math::
    L(x, y) & = \mathbb{E}_{q(z \mid x, y)}[\log p(x \mid z, y)] - \mathrm{KL}(q(z \mid x, y) \parallel p(z)) \\
    U(x) & = \mathbb{E}_{q(y \mid x)}[L(x, y)] - \mathrm{KL}(q(y \mid x) \parallel p(y))

Training: as for a class, the term :math:`\log q(y \mid x)` on labeled rows, with the weight `alpha`, trains the
predictor.

When to choose it: you want intervals that are wider where the target is noisy, or to generate rows of a given value.

References:
    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014), whose label is a class
    | https://arxiv.org/abs/1406.5298

    | Auto-Encoding Variational Bayes (Kingma and Welling, 2013)
    | https://arxiv.org/abs/1312.6114
"""

from __future__ import annotations

__all__ = ["M2Real"]

from dataclasses import replace

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian
from semivae.marginal import mixed, quadrature
from semivae.models.base import Model
from semivae.models.bound import terms_of
from semivae.models.terms import Terms, kl, log_weight
from semivae.priors import StandardNormal
from semivae.schema import Schema


class M2Real(Model):
    r"""Creates an M2 model of a continuous target.

    Arguments:
        encoder: The posterior :math:`q(z \mid x, y)`.
        decoder: The likelihood :math:`p(x \mid z, y)`.
        predictor: The label posterior :math:`q(y \mid x)`.
        prior: The prior :math:`p(z)`.
        label_prior: The prior :math:`p(y)`.
    """

    targets = ("real",)

    def __init__(
        self,
        encoder: Conditional,
        decoder: Conditional,
        predictor: Conditional,
        prior: StandardNormal,
        label_prior: StandardNormal,
    ) -> None:
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.predictor = predictor
        self.prior = prior
        self.label_prior = label_prior

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int) -> M2Real:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
        """

        width = schema.target.width

        return cls(
            encoder=net(schema.x, width, to=Gaussian(latents)),
            decoder=net(latents, width, to=family),
            predictor=net(schema.x, to=Gaussian(width), regularized=True),
            prior=StandardNormal(latents),
            label_prior=StandardNormal(width),
        )

    def joint(self, x: Tensor, y: Tensor) -> Terms:
        r"""Returns the terms of the bound on :math:`\log p(x \mid y)`, with shape (B,)."""

        return terms_of(self.encoder(x, y), self.prior(), lambda z: self.decoder(z, y).log_prob(x))

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with values of shape (B, 1)."""

        return replace(self.joint(x, y), prior=self.label_prior().log_prob(y), prediction=self.predictor(x).log_prob(y))

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        q = self.predictor(x)
        y = q.rsample()
        terms = self.joint(x, y)

        return replace(terms, kl=terms.kl | {"y": kl(q, self.label_prior(), y)})

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`\int q(y \mid x) \, q(z \mid x, y) \, dy`, of shape (B, D)."""

        y, weight = quadrature(self.predictor(x))
        q = self.encoder(x, y)
        mean, variance = mixed(q.mean, q.variance, weight)

        return mean, variance.sqrt()

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x)` of rows of shape (B, *)."""

        return self.predictor(x)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z, y)`; without a label, at the mean of :math:`p(y)`."""

        return self.decoder(z, self.label_prior().mean if y is None else y)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        r"""Draws latents and labels from :math:`p(z) \, p(y)`, or with the given labels."""

        size = torch.Size([n])

        return self.prior().sample(size), self.label_prior().sample(size) if y is None else y

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw of the label and the latent."""

        return self.predictor.family.values + self.encoder.family.values

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-weight of each draw of the latent, with shape (S, B).

        Each draw has its own label, drawn from :math:`q(y \mid x)`.
        """

        p = self.predictor(x)
        width = self.predictor.family.values

        weights = []
        for draw in noise:
            y, log_ratio_y = log_weight(p, self.label_prior(), draw[..., :width])
            z, log_ratio_z = log_weight(self.encoder(x, y), self.prior(), draw[..., width:])
            weights.append(self.decoder(z, y).log_prob(x) + log_ratio_y + log_ratio_z)

        return torch.stack(weights)
