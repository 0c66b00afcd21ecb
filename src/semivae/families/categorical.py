r"""Categorical family: one of :math:`C` classes, as a one-hot label point.

.. math:: \log p(y) = \sum_c y_c \log \pi_c
"""

from __future__ import annotations

__all__ = ["Categorical"]

import torch
from torch import Tensor
from torch.distributions import OneHotCategorical
from torch.distributions.kl import register_kl

from semivae.families.base import Family, widen


class Categorical(Family):
    r"""Creates a categorical family.

    Arguments:
        classes: The number of classes.
    """

    def __init__(self, classes: int) -> None:
        super().__init__((classes,))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> OneHotCategorical:
        """Returns the distribution that logits of shape (*, C) stand for."""

        return Unchecked(logits=widen(features))


class Unchecked(OneHotCategorical):
    """Creates a one-hot distribution whose logits may be NaN, so that the engine names the term that diverged.

    PyTorch's own hands `validate_args` to no one, and so checks its logits, at every step.

    Arguments:
        logits: The logits, with shape (*, C).
    """

    def __init__(self, logits: Tensor) -> None:
        self._categorical = torch.distributions.Categorical(logits=logits, validate_args=False)

        super(OneHotCategorical, self).__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)


@register_kl(Unchecked, Unchecked)
def divergence(q: Unchecked, p: Unchecked) -> Tensor:
    """Returns the divergence of classes; PyTorch's looks for probabilities of zero, which takes most of its time."""

    return (q.probs * (q.logits - p.logits)).sum(-1)
