r"""Shared by models with an auxiliary latent: a second latent that makes the other posteriors more flexible.

The label posterior is a mixture over the auxiliary latent :math:`a`,

.. math:: q(y \mid x) = \mathbb{E}_{q(a \mid x)}[q(y \mid a, x)]

The bound of a training step uses one draw of :math:`a` per row. Predictions average over a few fixed draws, the same
for all rows, so the prediction for a row depends neither on its batch nor on earlier calls.
"""

from __future__ import annotations

__all__ = ["AuxiliaryModel"]

import abc
from dataclasses import replace

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.conditional import Conditional
from semivae.marginal import Marginalize, exact, mixed
from semivae.models.base import Model
from semivae.models.joint import MarginalModel
from semivae.models.terms import Terms, kl, log_weight
from semivae.priors import LabelPrior, StandardNormal, fixed_draws

# Fixed draws of the auxiliary latent that predictions average over. A training step uses fewer, because its penalties
# predict several times.
DRAWS, TRAINING_DRAWS = 8, 4


class AuxiliaryModel(MarginalModel):
    r"""Abstract model with an auxiliary latent :math:`a`, of the same size as :math:`z`.

    Arguments:
        auxiliary: The posterior :math:`q(a \mid x)`.
        classifier: The label posterior :math:`q(y \mid a, x)`.
        encoder: The posterior :math:`q(z \mid a, y, x)`.
        auxiliary_decoder: The conditional distribution of :math:`a` in the generative process.
        decoder: The likelihood of :math:`x`.
        prior: The prior :math:`p(z)`.
        label_prior: The prior :math:`p(y)`.
        marginalize: Maps label logits, with shape (B, C), to weighted label points.
    """

    targets = ("category",)

    draws: Tensor

    def __init__(
        self,
        auxiliary: Conditional,
        classifier: Conditional,
        encoder: Conditional,
        auxiliary_decoder: Conditional,
        decoder: Conditional,
        prior: StandardNormal,
        label_prior: LabelPrior,
        marginalize: Marginalize = exact,
    ) -> None:
        super().__init__()

        self.auxiliary = auxiliary
        self.classifier = classifier
        self.encoder = encoder
        self.auxiliary_decoder = auxiliary_decoder
        self.decoder = decoder
        self.prior = prior
        self.label_prior = label_prior
        self.marginalize = marginalize

        self.register_buffer("draws", fixed_draws(DRAWS, auxiliary.family.values))

    @abc.abstractmethod
    def generated(self, x: Tensor, a: Tensor, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns :math:`\log p(x \mid \cdot)` and :math:`\log p(a \mid \cdot)`, each with shape (B,) or (K, B).

        Arguments:
            x: The rows, with shape (B, *).
            a: Auxiliary latents, with shape (B, A).
            z: Latents, with shape (B, D) or (K, B, D).
            y: Label points, as in :meth:`joint`.
        """

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        a, log_q = self.inferred(x)

        return replace(
            self.given(x, a, log_q, y),
            prior=self.label_prior().log_prob(y),
            prediction=self.classifier(x, a).log_prob(y),
        )

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        a, log_q = self.inferred(x)

        return self.summed(self.classifier(x, a).logits, lambda y: self.given(x, a, log_q, y), progress)

    def joint(self, x: Tensor, y: Tensor) -> Terms:
        r"""Returns the terms of the bound on :math:`\log p(x \mid y)`, with shape (B,) or (K, B)."""

        return self.given(x, *self.inferred(x), y)

    def inferred(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns a draw of :math:`q(a \mid x)`, with shape (B, A), and its log-density, with shape (B,)."""

        q = self.auxiliary(x)
        a = q.rsample()

        return a, q.log_prob(a)

    def given(self, x: Tensor, a: Tensor, log_q: Tensor, y: Tensor) -> Terms:
        r"""Returns the terms of the bound at a draw of :math:`a`, with shape (B,) or (K, B).

        The latent :math:`z` is drawn given :math:`a`, so the divergence of :math:`a` has no closed form. It is
        estimated at the draw, where it may be negative.
        """

        q = self.encoder(x, a, y)
        z = q.rsample()
        log_px, log_pa = self.generated(x, a, z, y)

        return Terms(log_px, {"a": log_q - log_pa, "z": kl(q, self.prior(), z)})

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw of both latents."""

        return self.auxiliary.family.values + self.encoder.family.values

    # The sum over the auxiliary latent has no closed form.
    log_joint = Model.log_joint

    def joint_log_weight(self, x: Tensor, y: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, a, z \mid y) - \log q(a, z \mid x, y)` at one draw of noise, with shape (K, B)."""

        first, second = noise.split([self.auxiliary.family.values, self.encoder.family.values], -1)
        q = self.auxiliary(x)
        a = q.at(first)
        z, log_ratio = log_weight(self.encoder(x, a, y), self.prior(), second)
        log_px, log_pa = self.generated(x, a, z, y)

        return log_px + log_ratio + log_pa - q.log_prob(a)

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns the mixture :math:`\mathbb{E}_{q(a \mid x)}[q(y \mid a, x)]` of rows of shape (B, *)."""

        draws = self.draws[:TRAINING_DRAWS] if self.training else self.draws
        a = self.auxiliary(x).at(draws[:, None])  # (S, B, A)
        log_probs = self.classifier(x, a).logits.log_softmax(-1)

        return self.classifier.family(log_probs.logsumexp(0))

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`q(z \mid x)`, a mixture over a and y, of shape (B, D)."""

        q = self.auxiliary(x)
        means, variances = zip(*(self.posterior_at(x, q.at(draw)) for draw in self.draws), strict=True)
        mean, variance = mixed(torch.stack(means), torch.stack(variances), x.new_full((DRAWS, len(x)), 1 / DRAWS))

        return mean, variance.sqrt()

    def posterior_at(self, x: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and variance of :math:`q(z \mid a, x)`, each with shape (B, D), for a of shape (B, A)."""

        support = exact(self.classifier(x, a).logits)
        q = self.encoder(x, a, support.y)

        return mixed(q.mean, q.variance, support.weight)
