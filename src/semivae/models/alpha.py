r"""Alpha: a VAE whose second latent is the class probabilities.

Generative process:

.. math::
    \alpha & \sim p(\alpha) \\
    y & \sim \mathrm{Cat}(\alpha) \\
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z, \alpha)

Inference: :math:`q(\alpha \mid x) \, q(z \mid x, \alpha)`, with :math:`q(\alpha \mid x, y)` where the label is known.
`simplex` selects the distributions of :math:`\alpha`: logistic normal or Dirichlet, both reparameterized. The data
depends on the label only through :math:`\alpha`, and :math:`\sum_y p(y \mid \alpha) = 1`. So a missing label drops out
of the bound: no sum over classes, no drawn class, no relaxation.

Bound:

.. math::
    L(x, y) & = \mathbb{E}_{q(\alpha \mid x, y) \, q(z \mid x, \alpha)}[\log \alpha_y + \log p(x \mid z, \alpha)]
        - \mathrm{KL}(q(\alpha \mid x, y) \parallel p(\alpha))
        - \mathbb{E}[\mathrm{KL}(q(z \mid x, \alpha) \parallel p(z))] \\
    U(x) & = \mathbb{E}_{q(\alpha \mid x) \, q(z \mid x, \alpha)}[\log p(x \mid z, \alpha)]
        - \mathrm{KL}(q(\alpha \mid x) \parallel p(\alpha))
        - \mathbb{E}[\mathrm{KL}(q(z \mid x, \alpha) \parallel p(z))]

Training: a labeled row adds :math:`\log q(y \mid x)` to its bound, where
:math:`q(y \mid x) = \mathbb{E}_{q(\alpha \mid x)}[\alpha_y]`, with the weight `alpha`, a setting and not the latent
:math:`\alpha`. One draw of each latent estimates the expectations in the bound.

Differs from vae_ssl: that adds :math:`\log \alpha_y` at a draw and predicts at the mean of the logits; here the
prediction is the mean over draws. Posteriors average over 8 fixed draws of :math:`\alpha`.

When to choose it: there are many classes (a row needs one decoder pass, whatever their number), or rows mix
several classes.

References:
    | vae_ssl (Mao-Jones, 2017), models LogisticNormal and LogGamma
    | https://github.com/clinicalml/vae_ssl

    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014)
    | https://arxiv.org/abs/1406.5298
"""

from __future__ import annotations

__all__ = ["Alpha"]

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution

from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian
from semivae.marginal import mixed
from semivae.models.base import Model, models
from semivae.models.terms import Terms, kl, log_weight
from semivae.priors import LabelPrior, LogisticNormalPrior, SimplexPrior, StandardNormal, fixed_draws
from semivae.schema import Schema

# Draws of the class probabilities that the posterior of z averages over.
DRAWS = 8


@models.register("alpha")
class Alpha(Model):
    r"""Creates a VAE with class probabilities as a latent.

    Arguments:
        encoder: The posterior :math:`q(z \mid x, \alpha)`.
        decoder: The likelihood :math:`p(x \mid z, \alpha)`.
        classifier: The posterior :math:`q(\alpha \mid x)`, over logits.
        prior: The prior :math:`p(z)`.
        simplex: The prior :math:`p(\alpha)`, over logits, which also defines the posteriors of :math:`\alpha`.
    """

    targets = ("category",)

    draws: Tensor

    def __init__(
        self,
        encoder: Conditional,
        decoder: Conditional,
        classifier: Conditional,
        prior: StandardNormal,
        simplex: SimplexPrior,
    ) -> None:
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.classifier = classifier
        self.prior = prior
        self.simplex = simplex

        self.register_buffer("draws", fixed_draws(DRAWS, classifier.family.values))

    @classmethod
    def build(
        cls,
        schema: Schema,
        family: Family,
        net: Net,
        latents: int,
        label_prior: LabelPrior,
        simplex: type[SimplexPrior] = LogisticNormalPrior,
    ) -> Alpha:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            label_prior: The prior :math:`p(y)`, the mean of :math:`p(\alpha)`.
            simplex: The form of :math:`p(\alpha)`.
        """

        classes = schema.target.width
        prior = simplex(label_prior.logits.exp())

        return cls(
            encoder=net(schema.x, classes, to=Gaussian(latents)),
            decoder=net(latents, classes, to=family),
            classifier=net(schema.x, to=prior.family, regularized=True),
            prior=StandardNormal(latents),
            simplex=prior,
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        q = self.classifier(x)
        after = self.simplex.given(q, y)
        logits = after.rsample()

        return self.terms(
            x,
            after,
            logits,
            prior=(logits.log_softmax(-1) * y).sum(-1),
            prediction=self.simplex.label(q).log_prob(y),
        )

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        q = self.classifier(x)

        return self.terms(x, q, q.rsample())

    def terms(
        self,
        x: Tensor,
        q: Distribution,
        logits: Tensor,
        prior: Tensor | float = 0.0,
        prediction: Tensor | None = None,
    ) -> Terms:
        r"""Returns the terms of rows of shape (B, *) at a draw of :math:`\alpha`, given by logits of shape (B, C)."""

        p = self.encoder(x, logits.softmax(-1))
        z = p.rsample()
        divergences = {"alpha": kl(q, self.simplex(), logits), "z": kl(p, self.prior(), z)}

        return Terms(self.decoder(z, logits.softmax(-1)).log_prob(x), divergences, prior, prediction)

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x) = \mathbb{E}_{q(\alpha \mid x)}[\alpha_y]` of rows of shape (B, *)."""

        return self.simplex.label(self.classifier(x))

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`\mathbb{E}_{q(\alpha \mid x)}[q(z \mid x, \alpha)]`."""

        q = self.encoder(x, self.classifier(x).at(self.draws[:, None]).softmax(-1))  # (S, B, D)
        mean, variance = mixed(q.mean, q.variance, x.new_full((DRAWS, len(x)), 1 / DRAWS))

        return mean, variance.sqrt()

    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z, \alpha = y)`: a label point is a point of the simplex.

        Without a label, it uses the most probable class of the prior.
        """

        if y is None:
            best = self.simplex().mean.argmax()
            y = nn.functional.one_hot(best, self.simplex.family.values).to(z)

        return self.decoder(z, y)

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        r"""Draws latents and label points from :math:`p(z) \, p(y)`, or with the given label points."""

        if y is None:
            logits = self.simplex().sample((n,))
            y = nn.functional.one_hot(Categorical(logits=logits).sample(), logits.shape[-1]).to(logits)

        return self.prior().sample((n,)), y

    def generate(self, n: int, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z, \alpha)` at draws of :math:`p(z) \, p(\alpha)`, or with :math:`\alpha = y`.

        With a label, all probability is on its class. Under draws of :math:`p(\alpha \mid y)`, the label of a row would
        often be another class.
        """

        if y is not None:
            return super().generate(n, y)

        return self.decoder(self.prior().sample((n,)), self.simplex().sample((n,)).softmax(-1))

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw of both latents."""

        return self.classifier.family.values + self.encoder.family.values

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-weight of each draw of the latent, with shape (S, B)."""

        q = self.classifier(x)

        weights = []
        for draw in noise:
            first, second = draw.split([self.classifier.family.values, self.encoder.family.values], -1)
            logits = q.at(first)
            z, log_ratio = log_weight(self.encoder(x, logits.softmax(-1)), self.prior(), second)
            log_px = self.decoder(z, logits.softmax(-1)).log_prob(x)
            weights.append(log_px + log_ratio + self.simplex().log_prob(logits) - q.log_prob(logits))

        return torch.stack(weights)
