r"""The result of a marginalization: weighted label points, and the label probabilities."""

from __future__ import annotations

__all__ = ["Marginalize", "Support", "at_classes", "marginals", "mixed"]

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from semivae.registry import Registry


class Support(NamedTuple):
    r"""Weighted label points: an expectation over a missing label is a weighted sum over them.

    Attributes:
        y: The label points, with shape (K, B or 1, C). With only a few of many classes per row, integer classes
            instead, with shape (K, B or 1, 1): networks then look the class up and need no product with a one-hot
            vector.
        weight: The weight of each point, with shape (K, B). If points are drawn, its gradient is the score function.
        probs: The probabilities :math:`q(y \mid x)`, with shape (B, C).
        baseline: Only if points are drawn: maps values of shape (K, B) to the control variate, with shape (B,). For
            each row, it does not depend on the row's own draw.
        relaxed: Whether the points lie between the classes; values at them are not a bound.
    """

    y: Tensor
    weight: Tensor
    probs: Tensor
    baseline: Callable[[Tensor], Tensor] | None = None
    relaxed: bool = False

    def expect(self, values: Tensor) -> Tensor:
        r"""Returns the expectation of values of shape (K, B), with shape (B,).

        The control variate :math:`b` changes neither the expectation of :math:`b + \sum_k w_k (f_k - b)` nor the
        expectation of its gradient, because the weights sum to one on average. It removes most of the noise.
        """

        if self.baseline is None:
            return (self.weight * values).sum(0)

        base = self.baseline(values.detach())

        return base + (self.weight * (values - base)).sum(0)

    def kl(self, prior: Tensor) -> Tensor:
        r"""Returns :math:`\mathrm{KL}(q(y \mid x) \parallel p(y))`, with shape (B,).

        Arguments:
            prior: :math:`\log p(y)` of each class, with shape (C,).
        """

        # p log p has an infinite slope at zero: a class that underflows would give a nan gradient.
        log_probs = self.probs.clamp_min(torch.finfo(self.probs.dtype).tiny).log()

        return (self.probs * (log_probs - prior)).sum(-1)


def at_classes(classes: Tensor, weight: Tensor, size: int) -> Support:
    r"""Returns the support of a :math:`q(y \mid x)` with all its mass on a few classes of each row.

    Arguments:
        classes: The classes, with shape (B, K).
        weight: Their probabilities, with shape (B, K).
        size: The number of all classes, C.
    """

    probs = weight.new_zeros(len(weight), size).scatter(-1, classes, weight)

    return Support(classes.T[..., None], weight.T, probs)


def mixed(mean: Tensor, variance: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    r"""Returns mean and variance of the mixture :math:`\sum_k w_k q_k`, each with shape (B, D).

    Arguments:
        mean: The means of the components, with shape (K, B, D).
        variance: Their variances, with shape (K, B, D).
        weight: Their weights, with shape (K, B).
    """

    weight = weight[..., None]  # (K, B, 1)
    middle = (weight * mean).sum(0)

    return middle, (weight * (variance + (mean - middle).square())).sum(0)


# Maps label logits, with shape (B, C), and the fraction of the training that is done, in [0, 1], to a support.
Marginalize = Callable[..., Support]

marginals: Registry[Marginalize] = Registry("marginalize")
