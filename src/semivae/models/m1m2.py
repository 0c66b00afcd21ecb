r"""M1+M2: an M2 model of the latent features of a VAE.

Generative process:

.. math::
    y & \sim \mathrm{Cat}(\pi) \\
    z_2 & \sim \mathcal{N}(0, I) \\
    z_1 & \sim p_\theta(z_1 \mid z_2, y) = \mathcal{N}(\mu(z_2, y), \mathrm{diag}(\sigma^2(z_2, y))) \\
    x & \sim p_\theta(x \mid z_1)

Inference: :math:`q(z_1, y, z_2 \mid x) = q(z_1 \mid x) \, q(y \mid z_1) \, q(z_2 \mid z_1, y)`.

Training, in two stages: the first trains a VAE (M1) on all rows, without labels, with a standard normal in place of
:math:`p(z_1)`. The second leaves :math:`q(z_1 \mid x)` and :math:`p(x \mid z_1)` as they are and trains M2 on draws of
the features, where it learns the prior :math:`p(z_1)` that fits them. A missing label is summed out as `marginalize`
says.

Bound of the second stage, with the bounds :math:`L` and :math:`U` of M2 on its own rows :math:`z_1`:

.. math::
    L(x, y) & = \mathbb{E}_{q(z_1 \mid x)}[\log p(x \mid z_1) - \log q(z_1 \mid x) + L_{M2}(z_1, y)] \\
    U(x) & = \mathbb{E}_{q(z_1 \mid x)}[\log p(x \mid z_1) - \log q(z_1 \mid x) + U_{M2}(z_1)]

Predictions read the mean of the features. The latent of the model is :math:`z_1`, whose prior is the one that was
learned: a row of a class is drawn as :math:`z_2`, then :math:`z_1`, then :math:`x`.

What keeps predictions consistent moves the features, not the rows, and lends labels to those with near features.

When to choose it: the rows are wide and so many that a VAE of them has good features; M2 on these is small and fast.
The features are to hold more than is needed to draw a row: by default they have up to 50 `latents`, and a `beta` of
0.05 in the first stage, with which the rows nearest in features are of one class more often than those nearest in
values. With `latents=10` and `beta=1` classes are told apart worse, and densities are higher.

References:
    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014)
    | https://arxiv.org/abs/1406.5298
"""

from __future__ import annotations

__all__ = ["M1M2"]

import math
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
from semivae.variables import Schema, Variable


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
        r"""Wires the default graph, in which both latents have the same size.

        Arguments:
            schema: What each variable is.
            family: The family of :math:`x`.
            net: Builds the networks.
            latents: The size of each latent.
            label_prior: The prior :math:`p(y)`.
            marginalize: Maps label logits, with shape (B, C), to a weighted support.
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
        """Returns the terms of rows of shape (B, *) whose label is missing."""

        q = self.features.encoder(x)
        z = q.rsample()

        return self.whole(x, q, z, self.top.unlabeled(z, progress))

    def whole(self, x: Tensor, q: Distribution, z: Tensor, above: Terms) -> Terms:
        r"""Returns the terms of rows from those of their features.

        Arguments:
            x: The rows, with shape (B, *).
            q: The posterior of their features.
            z: A draw of it, with shape (B, D).
            above: The terms of the draw in M2.
        """

        kl = {"features": q.log_prob(z) - above.likelihood} | above.kl

        return replace(above, likelihood=self.features.decoder(z).log_prob(x), kl=kl)

    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid z_1)` of features of shape (B, D)."""

        return self.top.predict(seen)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws features from :math:`p(z_1)`, or from :math:`p(z_1 \mid y)`, with shape (n, D)."""

        return self.top.decode(*self.top.draw(n, y)).sample(), None

    @property
    def noise(self) -> int:
        """How many standard normal numbers a draw of both latents takes."""

        return self.features.noise + self.top.noise

    def log_evidence(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns an importance-weighted lower bound on :math:`\log p(x)`, with shape (B,).

        Each draw of the features is weighed by its :math:`p(z_1)`, of which the sum over the label is exact.
        """

        q = self.features.encoder(x)

        weights = []
        for draw in noise:
            first, second = draw.split([self.features.noise, self.top.noise])
            z = q.mean + q.variance.sqrt() * first
            above = self.top.log_evidence(z, second[None])
            weights.append(self.features.decoder(z).log_prob(x) + above - q.log_prob(z))

        return torch.stack(weights).logsumexp(0) - math.log(len(noise))
