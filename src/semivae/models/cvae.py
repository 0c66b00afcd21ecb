r"""CVAE: the conditional VAE, which generates by label and whose label is always known.

Generative process, given the label:

.. math::
    z & \sim p_\theta(z \mid y) = \mathcal{N}(\mu_y, \mathrm{diag}(\sigma_y^2)) \\
    x & \sim p_\theta(x \mid z, y)

Inference: :math:`q(z \mid x, y)`. The prior is learned, so that each class has a region of the latent to itself where
that explains it better.

Bound, on :math:`\log p(x \mid y)`:

.. math:: L(x, y) = \mathbb{E}_{q(z \mid x, y)}[\log p(x \mid z, y)]
    - \mathrm{KL}(q(z \mid x, y) \parallel p(z \mid y))

Training, on labeled rows alone: no classifier is trained. With a :math:`p(y)` beside the model, a class is predicted by
the theorem of Bayes,

.. math:: p(y \mid x) \propto p(y) \, \frac{p(x, \mu \mid y)}{q(\mu \mid x, y)}, \quad
    \mu = \mathbb{E}_{q(z \mid x, y)}[z],

which is exact where :math:`q` is.

When to choose it: all rows have a class, and rows of a given class are to be made, or the density of a row given its
class is asked for.

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
from semivae.variables import Schema


@models.register("cvae")
class CVAE(JointModel):
    r"""Creates a conditional VAE.

    Arguments:
        encoder: The posterior :math:`q(z \mid x, y)`.
        decoder: The likelihood :math:`p(x \mid z, y)`.
        prior: The prior :math:`p(z \mid y)`.
        label_prior: The prior :math:`p(y)`, which only predictions and :math:`\log p(x)` need.
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
        r"""Wires the default graph: which variables go into which conditional.

        Arguments:
            schema: What each variable is.
            family: The family of :math:`x`.
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
        r"""Refuses rows without a label.

        Raises:
            SettingError: Always; it names the models that learn from such rows.
        """

        able = [name for name in models if "category" in models[name].targets and not models[name].labels_only]

        raise SettingError(
            "model='cvae' was given rows without a label",
            f"it learns from labeled rows alone; the models that learn from both are {', '.join(map(repr, able))}",
            "model='m2', or fit the labeled rows alone",
        )

    def predict(self, x: Tensor) -> OneHotCategorical:
        r"""Returns :math:`p(y \mid x)` by the theorem of Bayes, with each evidence taken at the posterior mean."""

        return Categorical(len(self.label_prior.logits))(self.class_log_weights(x, x.new_zeros(())).T)

    def joint_log_weight(self, x: Tensor, y: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y) - \log q(z \mid x, y)` at one draw of noise, with shape (K, B)."""

        z, log_ratio = log_weight(self.encoder(x, y), self.latent(y), noise)

        return self.decoder(z, y).log_prob(x) + log_ratio

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of the mixture :math:`\sum_y p(y \mid x) \, q(z \mid x, y)`."""

        support = exact(self.predict(x).logits)
        q = self.encoder(x, support.y)
        mean, variance = mixed(q.mean, q.variance, support.weight)

        return mean, variance.sqrt()
