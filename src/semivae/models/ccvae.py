r"""CCVAE: a VAE with one block of the latent for the label and the rest for everything else.

Generative process, with :math:`z = [z_c, z_s]`:

.. math::
    y & \sim \mathrm{Cat}(\pi) \\
    z_c & \sim p_\theta(z_c \mid y) = \mathcal{N}(\mu_y, \mathrm{diag}(\sigma_y^2)) \\
    z_s & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z)

Inference: :math:`q(y, z \mid x) = q(z \mid x) \, q(y \mid z_c)`. The classifier reads only the characteristic block
:math:`z_c`, and the decoder does not read the label. So the block must hold all information about the label. A class
gives a distribution over the block, not one value: rows of a class keep their own characteristics. Swapping the blocks
of two rows (:meth:`CCVAE.swap`) swaps the characteristics of their classes and nothing else.

Bound:

.. math::
    L(x, y) & = \mathbb{E}_{q(z \mid x)}\!\left[\frac{q(y \mid z_c)}{q(y \mid x)}
        \log \frac{p(x \mid z) \, p(z \mid y)}{q(y \mid z_c) \, q(z \mid x)}\right]
        + \log q(y \mid x) + \log p(y) \\
    U(x) & = \mathbb{E}_{q(z \mid x)}\!\left[\log \frac{p(x \mid z)}{q(z \mid x)}
        + \sum_y q(y \mid z_c) \log \frac{p(z \mid y) \, p(y)}{q(y \mid z_c)}\right]

where :math:`q(y \mid x) = \mathbb{E}_{q(z \mid x)}[q(y \mid z_c)]` is a mean over draws, which are cheap because they
skip the decoder. The first fraction is an importance weight: draws of :math:`q(z \mid x)` count as draws of
:math:`q(z \mid x, y)`.

Training: as in the paper, no gradient flows from :math:`q(y \mid z_c)` in the first term of :math:`L` into the block;
it would be mostly noise. The bound already contains :math:`\log q(y \mid x)`; `alpha` adds weight to it.

Differs from the paper: there, a row has several binary labels, each with a unit of the block and a classifier of its
own; here it has one categorical label, and a full linear classifier reads the whole block, which is half of the latent.
The paper has `alpha=0`. Predictions read the mean of the block, not draws of it.

When to choose it: you want the characteristics of a class separate from everything else, to swap them between rows, and
an encoder that needs no label.

References:
    | Capturing Label Characteristics in VAEs (Joy et al., 2021)
    | https://arxiv.org/abs/2006.10102
"""

from __future__ import annotations

__all__ = ["CCVAE"]

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian, choose_target
from semivae.marginal import exact
from semivae.models.base import models
from semivae.models.joint import JointModel
from semivae.models.terms import Terms, kl
from semivae.priors import ClassMixture, LabelPrior, StandardNormal
from semivae.schema import Schema
from semivae.variables import Variable

# Draws of the block that the classifier averages over, to give q(y | x).
DRAWS = 100

# Spread of the first class centers in the block, in standard deviations of their prior.
APART = 2.0


@models.register("ccvae")
class CCVAE(JointModel):
    r"""Creates a characteristic capturing VAE.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        classifier: The label posterior :math:`q(y \mid z_c)`.
        block_prior: The prior :math:`p(z_c \mid y)` of the block, the first units of the latent.
        prior: The prior :math:`p(z_s)` of the other units.
        label_prior: The prior :math:`p(y)`.
    """

    targets = ("category",)

    def __init__(
        self,
        encoder: Conditional,
        decoder: Conditional,
        classifier: Conditional,
        block_prior: ClassMixture,
        prior: StandardNormal,
        label_prior: LabelPrior,
    ) -> None:
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.classifier = classifier
        self.block_prior = block_prior
        self.block = block_prior.family.values
        self.prior = prior
        self.label_prior = label_prior

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int, label_prior: LabelPrior) -> CCVAE:
        r"""Builds the model with its default networks; the block is half of the latent.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            label_prior: The prior :math:`p(y)`.
        """

        block = math.ceil(latents / 2)
        classifier, block_prior = start(Net(()), schema.target, block)

        return cls(
            encoder=net(schema.x, to=Gaussian(latents), regularized=True),
            decoder=net(latents, to=family),
            classifier=classifier,
            block_prior=block_prior,
            prior=StandardNormal(latents - block),
            label_prior=label_prior,
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        q = self.encoder(x)
        z = q.rsample()
        own, _ = self.parts(z)
        block, rest = self.posteriors(q)

        said = self.classifier(own.detach()).log_prob(y)
        mean = self.classifier(self.parts(q.rsample((DRAWS,)))[0]).log_prob(y).logsumexp(0) - math.log(DRAWS)
        weight = (said - mean).exp()
        ratio = said + block.log_prob(own) - self.block_prior(y).log_prob(own)

        return Terms(
            weight * self.decoder(z).log_prob(x),
            # The weight is 1 on average for any rest of the latent, so the rest keeps its closed form.
            {"z": weight * ratio - mean + kl(rest, self.prior(), z)},
            prior=self.label_prior().log_prob(y),
            prediction=mean,
        )

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        q = self.encoder(x)
        z = q.rsample()
        own, _ = self.parts(z)
        block, rest = self.posteriors(q)

        support = exact(self.classifier(own).logits)
        ratio = block.log_prob(own) - support.expect(self.block_prior(support.y).log_prob(own))

        return Terms(
            self.decoder(z).log_prob(x),
            {"z": ratio + kl(rest, self.prior(), z), "y": support.kl(self.label_prior.logits)},
        )

    def parts(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the block of the label and the rest of latents of shape (*, D)."""

        return z[..., : self.block], z[..., self.block :]

    def posteriors(self, q: Distribution) -> tuple[Distribution, Distribution]:
        """Returns the posteriors of the block of the label and of the rest."""

        parts = zip(self.parts(q.mean), self.parts(q.variance.sqrt()), strict=True)
        block, rest = (Independent(Normal(*part, validate_args=False), 1, validate_args=False) for part in parts)

        return block, rest

    def swap(self, z: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns both latents with their label blocks swapped, each with shape (B, D).

        Arguments:
            z: Latents of rows, with shape (B, D).
            other: Latents of other rows, with shape (B, D).
        """

        (own, rest), (others, rest_of_others) = self.parts(z), self.parts(other)

        return torch.cat([others, rest], -1), torch.cat([own, rest_of_others], -1)

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid z_c = \mathbb{E}_q[z_c])` of rows of shape (B, *)."""

        return self.classifier(self.parts(self.encoder(x).mean)[0])

    def joint_log_weight(self, x: Tensor, y: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y) - \log q(z \mid x)` at one draw of noise, with shape (K, B)."""

        q = self.encoder(x)
        z = q.mean + q.variance.sqrt() * noise

        return self.joint_log_prob(x, z, y) - q.log_prob(z)

    def joint_log_prob(self, x: Tensor, z: Tensor, y: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y)` of label points of shape (K, 1, C), with shape (K, B)."""

        own, rest = self.parts(z)

        return self.decoder(z).log_prob(x) + self.prior().log_prob(rest) + self.block_prior(y).log_prob(own)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`q(z \mid x)`, each with shape (B, D)."""

        q = self.encoder(x)

        return q.mean, q.variance.sqrt()

    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z)` for latents of shape (B, D)."""

        return self.decoder(z)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws latents from :math:`p(z_c \mid y) \, p(z_s) \, p(y)`, or with the given label points."""

        y = self.label_prior().sample((n,)) if y is None else y

        return torch.cat([self.block_prior(y).sample(), self.prior().sample((n,))], -1), None


def start(net: Net, target: Variable, block: int) -> tuple[Conditional, ClassMixture]:
    r"""Returns :math:`q(y \mid z_c)` and :math:`p(z_c \mid y)` with separate classes, consistent by Bayes' rule.

    If all classes start at one point, training separates them in the posterior, but the table of class means moves no
    faster than other weights and comes too late: samples of a class then belong to no class.

    Arguments:
        net: Builds linear maps.
        target: The label.
        block: The size of the block.
    """

    classifier = net(block, to=choose_target(target))
    prior = ClassMixture(block, target.width)
    only: Any = classifier.body.first
    centers = APART * torch.randn(target.width, block)

    with torch.no_grad():
        only.weights[0].copy_(centers)
        only.bias.copy_(-0.5 * centers.square().sum(-1))
        prior.features[:, :block].copy_(centers)

    return classifier, prior
