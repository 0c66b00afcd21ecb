r"""ADGM: the auxiliary deep generative model, M2 with an auxiliary latent that makes its posteriors more flexible.

Generative process:

.. math::
    y & \sim \mathrm{Cat}(\pi) \\
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z, y) \\
    a & \sim p_\theta(a \mid z, y, x)

Inference: :math:`q(a, y, z \mid x) = q(a \mid x) \, q(y \mid a, x) \, q(z \mid a, y, x)`. The model of the data is the
same as in M2, because :math:`x` does not depend on :math:`a`. But with :math:`a` integrated out, the posterior of
:math:`z` and :math:`y` is a mixture, no longer the product of a categorical and a Gaussian.

Bound, for :math:`a \sim q(a \mid x)`:

.. math::
    L(x, y, a) & = \mathbb{E}_{q(z \mid a, y, x)}\Big[\log p(x \mid z, y)
        + \log \frac{p(a \mid z, y, x)}{q(a \mid x)}\Big] - \mathrm{KL}(q(z \mid a, y, x) \parallel p(z)) \\
    U(x) & = \mathbb{E}_{q(a \mid x)}\Big[\sum_y q(y \mid a, x) \, L(x, y, a)
        - \mathrm{KL}(q(y \mid a, x) \parallel p(y))\Big]

Training: a labeled row adds :math:`\mathbb{E}_{q(a \mid x)}[\log q(y \mid a, x)]` to its bound, with the weight
`alpha`. One draw of each latent estimates the expectations. `marginalize` selects the sum over a missing label.

Differs from the paper: predictions and posteriors average over 8 fixed draws of :math:`a`, so that they are the same at
each call, and the penalties of a step over 4. Where the label is not summed exactly, `marginalize` says how. There is
no batch normalization.

When to choose it: as for M2, if one Gaussian is a poor posterior of the latent given the class. A step takes longer.

References:
    | Auxiliary Deep Generative Models (Maaløe et al., 2016)
    | https://arxiv.org/abs/1602.05473
"""

from __future__ import annotations

__all__ = ["ADGM"]

from torch import Tensor

from semivae.conditional import Net
from semivae.families import Family, Gaussian, choose_target
from semivae.marginal import Marginalize, exact
from semivae.models.auxiliary import AuxiliaryModel
from semivae.models.base import models
from semivae.priors import LabelPrior, StandardNormal
from semivae.schema import Schema


@models.register("adgm")
class ADGM(AuxiliaryModel):
    r"""Creates an auxiliary deep generative model.

    Arguments:
        auxiliary: The posterior :math:`q(a \mid x)`.
        classifier: The label posterior :math:`q(y \mid a, x)`.
        encoder: The posterior :math:`q(z \mid a, y, x)`.
        auxiliary_decoder: The distribution :math:`p(a \mid z, y, x)`.
        decoder: The likelihood :math:`p(x \mid z, y)`.
        prior: The prior :math:`p(z)`.
        label_prior: The prior :math:`p(y)`.
        marginalize: Maps label logits, with shape (B, C), to weighted label points.
    """

    @classmethod
    def build(
        cls,
        schema: Schema,
        family: Family,
        net: Net,
        latents: int,
        label_prior: LabelPrior,
        marginalize: Marginalize = exact,
    ) -> ADGM:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent, and of the auxiliary latent.
            label_prior: The prior :math:`p(y)`.
            marginalize: Maps label logits, with shape (B, C), to weighted label points.
        """

        classes = schema.target.width

        return cls(
            auxiliary=net(schema.x, to=Gaussian(latents)),
            classifier=net(schema.x, latents, to=choose_target(schema.target), regularized=True),
            encoder=net(schema.x, latents, classes, to=Gaussian(latents)),
            auxiliary_decoder=net(schema.x, latents, classes, to=Gaussian(latents)),
            decoder=net(latents, classes, to=family),
            prior=StandardNormal(latents),
            label_prior=label_prior,
            marginalize=marginalize,
        )

    def generated(self, x: Tensor, a: Tensor, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns :math:`\log p(x \mid z, y)` and :math:`\log p(a \mid z, y, x)`, each with shape (B,) or (K, B)."""

        return self.decoder(z, y).log_prob(x), self.auxiliary_decoder(x, z, y).log_prob(a)
