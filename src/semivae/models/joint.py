r"""Shared by models of rows and classes: generation by class, and the sum over a missing class."""

from __future__ import annotations

__all__ = ["JointModel", "MarginalModel", "summed"]

import abc
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.conditional import Conditional
from semivae.marginal import Marginalize, Support, exact
from semivae.models.base import Model
from semivae.models.terms import Terms
from semivae.priors import LabelPrior

# A sum over all classes goes block by block, so that memory does not grow with their number.
BLOCK = 32


class JointModel(Model):
    r"""Abstract joint model of rows and classes, :math:`p(x, z \mid y) \, p(y)`.

    Attributes:
        decoder: The likelihood :math:`p(x \mid z, y)`.
        label_prior: The prior :math:`p(y)`.
    """

    decoder: Conditional
    label_prior: LabelPrior

    @abc.abstractmethod
    def joint_log_weight(self, x: Tensor, y: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y) - \log q(z \mid x, y)` at one draw of :math:`z`, with shape (K, B).

        Arguments:
            x: The rows, with shape (B, *).
            y: Label points, with shape (K, 1, C).
            noise: The standard normal noise of the draw, with shape (noise,), (B, noise) or ().
        """

    def classes(self) -> tuple[Tensor, ...]:
        """Returns the label points of all classes, in blocks of shape (K, 1, C)."""

        return exact(self.label_prior.logits[None]).y.split(BLOCK)

    def class_log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z, y) - \log q(z \mid x, y)` of every class at one draw, with shape (C, B)."""

        weights = torch.cat([self.joint_log_weight(x, classes, noise) for classes in self.classes()])

        return weights + self.label_prior.logits[:, None]

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        r"""Returns :math:`\log \sum_y p(y) \, p(z \mid y) \, p(x \mid z, y)`, with shape (B,)."""

        return self.class_log_joints(x, z).logsumexp(0)

    def class_log_joints(self, x: Tensor, z: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z, y)` of every class, with shape (C, B)."""

        joint = torch.cat([self.joint_log_prob(x, z, classes) for classes in self.classes()])

        return joint + self.label_prior.logits[:, None]

    def label_given(self, x: Tensor, z: Tensor, share: Tensor) -> Tensor | None:
        r"""Returns label points from :math:`p(y \mid x, z)`, with shape (B, C)."""

        below = self.class_log_joints(x, z).softmax(0).cumsum(0)
        codes = (below < share).sum(0).clamp(max=len(below) - 1)

        return nn.functional.one_hot(codes, len(below)).to(z)

    def joint_log_prob(self, x: Tensor, z: Tensor, y: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z \mid y)` of label points of shape (K, 1, C), with shape (K, B)."""

        return self.latent(y).log_prob(z) + self.decoder(z, y).log_prob(x)

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the log-weight of each draw of the latent, with shape (S, B).

        The sum over the label is exact, whichever marginalization trained the model, so no relaxed value is
        reported as a bound.
        """

        return torch.stack([self.class_log_weights(x, draw).logsumexp(0) for draw in noise])

    def latent(self, y: Tensor) -> Distribution:
        r"""Returns :math:`p(z)`, or :math:`p(z \mid y)` if the prior has classes, over values of shape (D,)."""

        return self.prior(y, self.encoder.laid_out)

    def label_or_best(self, y: Tensor | None, z: Tensor) -> Tensor:
        r"""Returns the given label points, else the most probable class of :math:`p(y)`, with shape (C,)."""

        best = self.label_prior.logits.argmax()

        return nn.functional.one_hot(best, len(self.label_prior.logits)).to(z) if y is None else y

    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z, y)`; without a label, at the most probable class of :math:`p(y)`."""

        return self.decoder(z, self.label_or_best(y, z))

    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws latents and label points from :math:`p(z \mid y) \, p(y)`, or with the given label points."""

        label = self.label_prior().sample(torch.Size([n])) if y is None else y

        return self.latent(label).expand(torch.Size([n])).sample(), label


class MarginalModel(JointModel):
    r"""Abstract model that marginalizes a missing label.

    A final model defines only its joint bound, :meth:`joint`; the labeled and the unlabeled bound follow from it.

    .. math:: U(x) = \sum_y q(y \mid x) \, L(x, y) - \mathrm{KL}(q(y \mid x) \parallel p(y))

    Attributes:
        classifier: The label posterior :math:`q(y \mid x)`.
        marginalize: Maps label logits, with shape (B, C), to weighted label points.
    """

    classifier: Conditional
    marginalize: Marginalize

    @abc.abstractmethod
    def joint(self, x: Tensor, y: Tensor) -> Terms:
        r"""Returns the terms of the bound on :math:`\log p(x \mid y)`.

        Arguments:
            x: The rows, with shape (B, *).
            y: Label points, with shape (B, C) or (K, B or 1, C), or classes, as in :class:`Support`.

        Returns:
            Terms with shape (B,) or (K, B).
        """

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        return replace(
            self.joint(x, y),
            prior=self.label_prior().log_prob(y),
            prediction=self.classifier(x).log_prob(y),
        )

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        return self.summed(self.classifier(x).logits, lambda y: self.joint(x, y), progress)

    def summed(self, logits: Tensor, joint: Callable[[Tensor], Terms], progress: Tensor | float) -> Terms:
        r"""Returns the terms of unlabeled rows, marginalized over the label, with shape (B,).

        Arguments:
            logits: The logits of the label posterior, with shape (B, C).
            joint: Maps label points, as in :class:`Support`, to the terms of the bound, with shape (K, B).
            progress: Fraction of the training that is done, in [0, 1].
        """

        support = self.marginalize(logits, progress)

        # y has a leading axis K, x has none. Networks add one linear map per input, so the axis
        # appears by broadcasting, and parts that depend on x alone are computed once per row.
        return summed(support, joint(support.y), self.label_prior)  # (K, B or 1, C) -> (K, B)

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x)` of rows of shape (B, *)."""

        return self.classifier(x)


def summed(support: Support, terms: Terms, prior: LabelPrior) -> Terms:
    r"""Returns the terms of unlabeled rows, marginalized over the label, with shape (B,).

    Arguments:
        support: The label points.
        terms: The terms of the bound at these, with shape (K, B).
        prior: The prior :math:`p(y)`.
    """

    kl = {name: support.expect(value) for name, value in terms.kl.items()}

    return Terms(
        support.expect(terms.likelihood),
        kl | {"y": support.kl(prior.logits)},
        relaxed=support.relaxed,
        units={name: (support.weight[..., None] * value).sum(0) for name, value in terms.units.items()},
    )
