r"""M1: a VAE, then a predictor on its latent features.

Generative process:

.. math::
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z) \\
    y & \sim p_\theta(y \mid z)

Inference: :math:`q(z \mid x)`.

Training, in two stages: the first trains the VAE on all rows, without labels:

.. math:: L(x) = \mathbb{E}_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \parallel p(z))

The second freezes the VAE and trains the predictor on the labeled rows, by maximizing, with the weight `alpha`,

.. math:: \mathbb{E}_{q(z \mid x)}[\log p(y \mid z)]

One draw of the features estimates the expectation, so each label trains the predictor over the whole posterior of its
row. Predictions use the posterior mean. Unlike in `predictor`, labels do not shape the latent.

Differs from the paper: its predictor is a support vector machine on the latent; here it is a network that sees draws
of it.

When to choose it: the label follows the main variation between rows, or one latent space has to serve many targets.

References:
    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014)
    | https://arxiv.org/abs/1406.5298
"""

from __future__ import annotations

__all__ = ["M1"]

from dataclasses import replace

from torch import Tensor
from torch.distributions import Distribution

from semivae.conditional import Conditional, Net
from semivae.families import Family, choose_target
from semivae.models.asked import draw_asked
from semivae.models.base import models
from semivae.models.stacked import StackedModel
from semivae.models.terms import Terms
from semivae.models.vae import VAE
from semivae.schema import Schema


@models.register("m1")
class M1(StackedModel):
    r"""Creates a VAE and a predictor on its latent features.

    Arguments:
        features: The VAE.
        head: The predictor :math:`p(y \mid z)`.
    """

    targets = ("category", "real")
    ignores = frozenset({"labeled_share"})  # the bound is that of features that are learned before

    def __init__(self, features: VAE, head: Conditional) -> None:
        super().__init__(features)

        self.head = head

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int) -> M1:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
        """

        return cls(
            features=VAE.build(schema, family, net, latents),
            head=net(latents, to=choose_target(schema.target), regularized=True),
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        q = self.features.encoder(x)

        return replace(self.features.terms(x, q), prediction=self.head(q.rsample()).log_prob(y))

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of rows of shape (B, *)."""

        return self.features.unlabeled(x)

    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`p(y \mid z)` for features of shape (B, D)."""

        return self.head(seen)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Draws latents from the prior, or those of asked labels as in :mod:`semivae.models.asked`."""

        if y is None:
            return self.features.draw(n)

        return draw_asked(self.features.latent(), self.features.reread, self.head, y), None

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z)`, with shape (B,)."""

        return self.features.log_joint(x, z)

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-weight of each draw of the latent, with shape (S, B)."""

        return self.features.log_weights(x, noise)
