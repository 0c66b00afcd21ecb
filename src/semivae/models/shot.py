r"""SHOT-VAE: M2 with a smoothed label in the bound and a latent posterior that does not depend on the label.

Generative process:

.. math::
    y & \sim \mathrm{Cat}(\pi) \\
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z, y)

Inference: :math:`q(y, z \mid x) = q(y \mid x) \, q(z \mid x)`, so a row is encoded once for all labels.

Objective, with the smoothed label :math:`\tilde p(y \mid x)`: 0.999 for the known class, and the rest shared equally
by the other classes:

.. math::
    R(x, y) & = \mathbb{E}_{q(z \mid x)}[\log p(x \mid z, y)] \\
    D(x) & = \mathrm{KL}(q(z \mid x) \parallel p(z)) + \mathrm{KL}(q(y \mid x) \parallel p(y)) \\
    L(x, y) & = R(x, y) - D(x) - \alpha \, \mathrm{KL}(\tilde p(y \mid x) \parallel q(y \mid x)) \\
    U(x) & = \sum_y q(y \mid x) \, R(x, y) - D(x)

:math:`U` is a bound. :math:`L` is near a bound if the classifier agrees with :math:`\tilde p`; it is logged as relaxed.

Training: against the bottleneck of the bound, the paper adds optimal interpolation between rows: here the penalty
:class:`semivae.objectives.Interpolation`, on by default.

Differs from the paper: its code holds both divergences near given capacities and draws a missing label from a
Gumbel-softmax; here there are no capacities, and the sum over the label is exact unless `marginalize` says otherwise.
The paper has :math:`\alpha = 1` and multiplies all other terms by 0.001; here they have full weight, and `alpha` has
the same default as in other models. The share of a mixed row is drawn from Beta(2, 2), and a row is mixed into its
nearer end: categories keep its value.

When to choose it: few labels, many rows, and points between two rows are plausible rows, as for images; or to compare
with the paper.

References:
    | SHOT-VAE: Semi-supervised Deep Generative Models With Label-aware ELBO Approximations (Feng et al., 2021)
    | https://arxiv.org/abs/2011.10684
"""

from __future__ import annotations

__all__ = ["SHOT"]

from dataclasses import replace

from torch import Tensor, nn
from torch.distributions import kl_divergence

from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian, choose_target
from semivae.marginal import Marginalize, exact
from semivae.models.base import models
from semivae.models.bound import terms_of
from semivae.models.joint import MarginalModel
from semivae.models.terms import Terms, log_weight
from semivae.priors import LabelPrior, StandardNormal
from semivae.schema import Schema

# The probability that label smoothing moves from the known class to the others.
SMOOTHING = 0.001


@models.register("shot")
class SHOT(MarginalModel):
    r"""Creates a SHOT-VAE.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z, y)`.
        classifier: The label posterior :math:`q(y \mid x)`.
        prior: The prior :math:`p(z)`.
        label_prior: The prior :math:`p(y)`.
        marginalize: Maps label logits, with shape (B, C), to weighted label points.
    """

    targets = ("category",)
    interpolates = True

    def __init__(
        self,
        encoder: Conditional,
        decoder: Conditional,
        classifier: Conditional,
        prior: StandardNormal,
        label_prior: LabelPrior,
        marginalize: Marginalize = exact,
    ) -> None:
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.classifier = classifier
        self.prior = prior
        self.label_prior = label_prior
        self.marginalize = marginalize

    @classmethod
    def build(
        cls,
        schema: Schema,
        family: Family,
        net: Net,
        latents: int,
        label_prior: LabelPrior,
        marginalize: Marginalize = exact,
    ) -> SHOT:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            label_prior: The prior :math:`p(y)`.
            marginalize: Maps label logits, with shape (B, C), to weighted label points.
        """

        return cls(
            encoder=net(schema.x, to=Gaussian(latents)),
            decoder=net(latents, schema.target.width, to=family),
            classifier=net(schema.x, to=choose_target(schema.target), regularized=True),
            prior=StandardNormal(latents),
            label_prior=label_prior,
            marginalize=marginalize,
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        q = self.classifier(x)
        terms = self.joint(x, y)
        others = (1 - y) / (y.shape[-1] - 1)
        smoothed = (1 - SMOOTHING) * y + SMOOTHING * others

        return replace(
            terms,
            kl=terms.kl | {"y": kl_divergence(q, self.label_prior())},
            prediction=-nn.functional.kl_div(q.logits, smoothed, reduction="none").sum(-1),
            relaxed=True,
        )

    def joint(self, x: Tensor, y: Tensor) -> Terms:
        r"""Returns the terms of the bound on :math:`\log p(x \mid y)`, with shape (B,) or (K, B)."""

        terms = terms_of(self.encoder(x), self.prior(), lambda z: self.decoder(z, y).log_prob(x))

        # The latent is drawn once per row, for all labels.
        return replace(terms, kl={name: value.expand_as(terms.likelihood) for name, value in terms.kl.items()})

    def joint_log_weight(self, x: Tensor, y: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y) - \log q(z \mid x)` at one draw of noise, with shape (K, B)."""

        z, log_ratio = log_weight(self.encoder(x), self.prior(), noise)

        return self.decoder(z, y).log_prob(x) + log_ratio

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`q(z \mid x)`, each with shape (B, D)."""

        q = self.encoder(x)

        return q.mean, q.variance.sqrt()
