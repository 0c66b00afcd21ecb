r"""M1+M2: an M2 model on the latent features of a VAE.

Generative process:

.. math::
    y & \sim \mathrm{Cat}(\pi) \\
    z_2 & \sim \mathcal{N}(0, I) \\
    z_1 & \sim p_\theta(z_1 \mid z_2, y) = \mathcal{N}(\mu(z_2, y), \mathrm{diag}(\sigma^2(z_2, y))) \\
    x & \sim p_\theta(x \mid z_1)

Inference: :math:`q(z_1, y, z_2 \mid x) = q(z_1 \mid x) \, q(y \mid z_1) \, q(z_2 \mid z_1, y)`.

Training, in two stages: the first trains a VAE (M1) on all rows, without labels, with a standard normal in place of
:math:`p(z_1)`. The second freezes :math:`q(z_1 \mid x)` and :math:`p(x \mid z_1)` and trains M2 on draws of the
features, so that :math:`p(z_1)` fits them. `marginalize` selects the sum over a missing label.

Bound, of the second stage, where :math:`L_{M2}` and :math:`U_{M2}` are the bounds of M2 with rows :math:`z_1`:

.. math::
    L(x, y) & = \mathbb{E}_{q(z_1 \mid x)}[\log p(x \mid z_1) - \log q(z_1 \mid x) + L_{M2}(z_1, y)] \\
    U(x) & = \mathbb{E}_{q(z_1 \mid x)}[\log p(x \mid z_1) - \log q(z_1 \mid x) + U_{M2}(z_1)]

Predictions use the mean of the features. The latent of the model is :math:`z_1`, with the learned prior. To generate a
row of a class, the model draws :math:`z_2`, then :math:`z_1`, then :math:`x`.

The consistency penalty perturbs the features, not the rows, and pseudo-labels go to rows with nearby features.

When to choose it: the rows are wide, and there are enough for a VAE to learn good features; M2 on features is small
and fast. The features should hold more than generation needs: by default they have up to 50 `latents`, and a `beta`
of 0.05 in the first stage. Neighbors in feature space then share a class more often than neighbors in the data. With
`latents=10` and `beta=1`, classification is worse and densities are higher.

References:
    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014)
    | https://arxiv.org/abs/1406.5298
"""

from __future__ import annotations

__all__ = ["M1M2"]

from dataclasses import replace

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.conditional import Net
from semivae.families import Family, Gaussian
from semivae.marginal import Marginalize, exact
from semivae.models.base import models
from semivae.models.m2 import M2
from semivae.models.stacked import StackedModel
from semivae.models.terms import Terms
from semivae.models.vae import VAE
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable


@models.register("m1m2")
class M1M2(StackedModel):
    r"""Creates an M2 model on the features of a VAE.

    Arguments:
        features: The VAE, of :math:`x` and :math:`z_1`.
        top: The M2 model, whose rows are :math:`z_1`.
    """

    targets = ("category",)
    fits_prior = True

    def __init__(self, features: VAE, top: M2) -> None:
        super().__init__(features)

        self.top = top

    @classmethod
    def build(
        cls,
        schema: Schema,
        family: Family,
        net: Net,
        latents: int,
        label_prior: LabelPrior,
        marginalize: Marginalize = exact,
    ) -> M1M2:
        r"""Builds the model with its default networks; both latents have the same size.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of each latent.
            label_prior: The prior :math:`p(y)`.
            marginalize: Maps label logits, with shape (B, C), to weighted label points.
        """

        features = tuple(Variable(f"feature {i + 1}", "real") for i in range(latents))

        return cls(
            features=VAE.build(schema, family, net, latents),
            top=M2.build(Schema(features, schema.y), Gaussian(latents), net, latents, label_prior, marginalize),
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        q = self.features.encoder(x)
        z = q.rsample()

        return self.whole(x, q, z, self.top.labeled(z, y))

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        q = self.features.encoder(x)
        z = q.rsample()

        return self.whole(x, q, z, self.top.unlabeled(z, progress))

    def whole(self, x: Tensor, q: Distribution, z: Tensor, above: Terms) -> Terms:
        r"""Returns the terms of rows from the M2 terms of their features.

        Arguments:
            x: The rows, with shape (B, *).
            q: The posterior of their features.
            z: A draw of it, with shape (B, D).
            above: The M2 terms of the draw.
        """

        kl = {"features": q.log_prob(z) - above.likelihood} | above.kl

        return replace(above, likelihood=self.features.decoder(z).log_prob(x), kl=kl)

    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid z_1)` for features of shape (B, D)."""

        return self.top.predict(seen)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws features from :math:`p(z_1)`, or from :math:`p(z_1 \mid y)`, with shape (n, D)."""

        return self.top.decode(*self.top.draw(n, y)).sample(), None

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw of both latents."""

        return self.features.noise + self.top.noise

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-weight of each draw of the latent, with shape (S, B).

        For :math:`p(z_1)` at each draw of the features, :math:`z_2` is drawn once and the label is summed exactly.
        """

        q = self.features.encoder(x)

        weights = []
        for draw in noise:
            first, second = draw.split([self.features.noise, self.top.noise], -1)
            z = q.mean + q.variance.sqrt() * first
            above = self.top.log_evidence(z, second[None])
            weights.append(self.features.decoder(z).log_prob(x) + above - q.log_prob(z))

        return torch.stack(weights)
