r"""CVAE: the conditional VAE, which generates rows of a class and learns from labeled rows only.

Generative process, given the label:

.. math::
    z & \sim p_\theta(z \mid y) = \mathcal{N}(\mu_y, \mathrm{diag}(\sigma_y^2)) \\
    x & \sim p_\theta(x \mid z, y)

Inference: :math:`q(z \mid x, y)`. The prior is learned, so each class can have its own region of the latent.

Bound, on :math:`\log p(x \mid y)`:

.. math:: L(x, y) = \mathbb{E}_{q(z \mid x, y)}[\log p(x \mid z, y)]
    - \mathrm{KL}(q(z \mid x, y) \parallel p(z \mid y))

Training, on labeled rows only, and without a classifier. With a prior :math:`p(y)`, Bayes' rule predicts the class:

.. math:: p(y \mid x) \propto p(y) \, \frac{p(x, \mu \mid y)}{q(\mu \mid x, y)}, \quad
    \mu = \mathbb{E}_{q(z \mid x, y)}[z],

which is exact if :math:`q` is the exact posterior.

When to choose it: all rows have a class, and you want to generate rows of a given class, or the density of a row given
its class.

References:
    | Learning Structured Output Representation using Deep Conditional Generative Models (Sohn et al., 2015)
    | https://papers.nips.cc/paper/5775-learning-structured-output-representation-using-deep-conditional-generative-models
"""

from __future__ import annotations

__all__ = ["CVAE"]

from torch import Tensor
from torch.distributions import OneHotCategorical

from semivae.conditional import Conditional, Net
from semivae.errors import SettingError
from semivae.families import Categorical, Family, Gaussian
from semivae.marginal import exact, mixed
from semivae.models.base import models
from semivae.models.bound import terms_of
from semivae.models.joint import JointModel
from semivae.models.terms import Terms, log_weight
from semivae.priors import ClassMixture, LabelPrior
from semivae.schema import Schema


@models.register("cvae")
class CVAE(JointModel):
    r"""Creates a conditional VAE.

    Arguments:
        encoder: The posterior :math:`q(z \mid x, y)`.
        decoder: The likelihood :math:`p(x \mid z, y)`.
        prior: The prior :math:`p(z \mid y)`.
        label_prior: The prior :math:`p(y)`, used only for predictions and :math:`\log p(x)`.
    """

    targets = ("category",)
    labels_only = True

    def __init__(
        self, encoder: Conditional, decoder: Conditional, prior: ClassMixture, label_prior: LabelPrior
    ) -> None:
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.prior = prior
        self.label_prior = label_prior

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int, label_prior: LabelPrior) -> CVAE:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            label_prior: The prior :math:`p(y)`.
        """

        classes = schema.target.width

        return cls(
            encoder=net(schema.x, classes, to=Gaussian(latents)),
            decoder=net(latents, classes, to=family),
            prior=ClassMixture(latents, classes),
            label_prior=label_prior,
        )

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        r"""Returns the terms of the bound on :math:`\log p(x \mid y)`, each with shape (B,)."""

        return terms_of(self.encoder(x, y), self.latent(y), lambda z: self.decoder(z, y).log_prob(x))

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        r"""Refuses unlabeled rows.

        Raises:
            SettingError: Always; it names the models that learn from unlabeled rows.
        """

        able = [name for name in models if "category" in models[name].targets and not models[name].labels_only]

        raise SettingError(
            "model='cvae' was given unlabeled rows",
            f"it learns from labeled rows only; models for unlabeled rows: {', '.join(map(repr, able))}",
            "model='m2', or fit the labeled rows only",
        )

    def predict(self, x: Tensor) -> OneHotCategorical:
        r"""Returns :math:`p(y \mid x)` by Bayes' rule, with each evidence estimated at the posterior mean."""

        return Categorical(len(self.label_prior.logits))(self.class_log_weights(x, x.new_zeros(())).T)

    def joint_log_weight(self, x: Tensor, y: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y) - \log q(z \mid x, y)` at one draw of noise, with shape (K, B)."""

        z, log_ratio = log_weight(self.encoder(x, y), self.latent(y), noise)

        return self.decoder(z, y).log_prob(x) + log_ratio

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`\sum_y p(y \mid x) \, q(z \mid x, y)`, of shape (B, D)."""

        support = exact(self.predict(x).logits)
        q = self.encoder(x, support.y)
        mean, variance = mixed(q.mean, q.variance, support.weight)

        return mean, variance.sqrt()
