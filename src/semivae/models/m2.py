r"""M2: the generative semi-supervised model, with label and style as separate causes.

Generative process:

.. math::
    y & \sim \mathrm{Cat}(\pi) \\
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z, y)

Inference: :math:`q(y, z \mid x) = q(y \mid x) \, q(z \mid x, y)`, where :math:`q(y \mid x)` is the classifier.
`marginalize` selects the label points of an unlabeled row: all classes, some, or a draw. Each point costs one decoder
pass, so the choice sets cost and variance of a step. After training, sums over the label are exact.

Bound:

.. math::
    L(x, y) & = \mathbb{E}_{q(z \mid x, y)}[\log p(x \mid z, y)] - \mathrm{KL}(q(z \mid x, y) \parallel p(z)) \\
    U(x) & = \sum_y q(y \mid x) \, L(x, y) - \mathrm{KL}(q(y \mid x) \parallel p(y))

A continuous target has its own version, :py:`semivae.models.m2_real`: the label is drawn from a Gaussian
:math:`q(y \mid x)` with learned variance.

Training: the bound alone barely trains the classifier; the term :math:`\log q(y \mid x)` on labeled rows, with the
weight `alpha`, trains it. One draw of :math:`z` estimates the expectation. Several `importance_samples` give the
tighter :math:`L` of :py:`semivae.models.bound`. `prior` selects other priors of :math:`z`; "mixture" is
:math:`p(z \mid y)`.

Differs from the paper: that weighs the prediction by a tenth of the number of rows; here all terms are means over
rows, `labeled_share` weighs the bound of labeled rows, and `alpha` the prediction.

When to choose it: rows of one class vary in ways unrelated to the class, such as the style of handwriting; or you want
to generate rows of a given class. With many classes, choose another `marginalize`.

References:
    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014)
    | https://arxiv.org/abs/1406.5298
"""

from __future__ import annotations

__all__ = ["M2"]

from torch import Tensor

from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian, choose_target
from semivae.marginal import Marginalize, exact, mixed
from semivae.models.base import Model, models
from semivae.models.bound import terms_of
from semivae.models.joint import MarginalModel
from semivae.models.m2_real import M2Real
from semivae.models.terms import Terms, log_weight
from semivae.priors import LabelPrior, MakePrior, Prior, normal
from semivae.schema import Schema
from semivae.variables import TargetForm


@models.register("m2")
class M2(MarginalModel):
    r"""Creates an M2 model.

    Arguments:
        encoder: The posterior :math:`q(z \mid x, y)`.
        decoder: The likelihood :math:`p(x \mid z, y)`.
        classifier: The label posterior :math:`q(y \mid x)`.
        prior: The prior :math:`p(z)`, or :math:`p(z \mid y)`.
        label_prior: The prior :math:`p(y)`.
        marginalize: Maps label logits, with shape (B, C), to weighted label points.
        importance_samples: Draws of the latent per row in a training step.
    """

    targets = ("category", "real")

    def __init__(
        self,
        encoder: Conditional,
        decoder: Conditional,
        classifier: Conditional,
        prior: Prior,
        label_prior: LabelPrior,
        marginalize: Marginalize = exact,
        importance_samples: int = 1,
    ) -> None:
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.classifier = classifier
        self.prior = prior
        self.label_prior = label_prior
        self.marginalize = marginalize
        self.importance_samples = importance_samples

    @classmethod
    def form(cls, target: TargetForm | None) -> type[Model]:
        """Returns :class:`M2Real` for a continuous target, which is integrated out, else this class."""

        return M2Real if target == "real" else cls

    @classmethod
    def build(
        cls,
        schema: Schema,
        family: Family,
        net: Net,
        latents: int,
        label_prior: LabelPrior,
        marginalize: Marginalize = exact,
        prior: MakePrior = normal,
        importance_samples: int = 1,
    ) -> M2:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            label_prior: The prior :math:`p(y)`.
            marginalize: Maps label logits, with shape (B, C), to weighted label points.
            prior: Makes the prior :math:`p(z)`, or :math:`p(z \mid y)`.
            importance_samples: Draws of the latent per row in a training step.
        """

        classes = schema.target.width
        encoder = net(schema.x, classes, to=Gaussian(latents))

        return cls(
            encoder=encoder,
            decoder=net(latents, classes, to=family),
            classifier=net(schema.x, to=choose_target(schema.target), regularized=True),
            prior=prior(latents, encoder.width, classes),
            label_prior=label_prior,
            marginalize=marginalize,
            importance_samples=importance_samples,
        )

    def joint(self, x: Tensor, y: Tensor) -> Terms:
        r"""Returns the terms of the bound on :math:`\log p(x \mid y)`, with shape (B,) or (K, B)."""

        return terms_of(
            self.encoder(x, y), self.latent(y), lambda z: self.decoder(z, y).log_prob(x), self.importance_samples
        )

    def joint_log_weight(self, x: Tensor, y: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y) - \log q(z \mid x, y)` at one draw of noise, with shape (K, B)."""

        z, log_ratio = log_weight(self.encoder(x, y), self.latent(y), noise)

        return self.decoder(z, y).log_prob(x) + log_ratio

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`\sum_y q(y \mid x) \, q(z \mid x, y)`, of shape (B, D)."""

        support = exact(self.classifier(x).logits)
        q = self.encoder(x, support.y)
        mean, variance = mixed(q.mean, q.variance, support.weight)

        return mean, variance.sqrt()
