r"""What a marginalization returns: label points with weights, and the probabilities they stand for."""

from __future__ import annotations

__all__ = ["Marginalize", "Support", "marginals"]

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from semivae.registry import Registry


class Support(NamedTuple):
    r"""Weighted label points that stand for the expectation over a missing label.

    Attributes:
        y: The label points, with shape (K, B or 1, C).
        weight: The weight of each point, with shape (K, B).
        probs: The probabilities :math:`q(y \mid x)`, with shape (B, C).
    """

    y: Tensor
    weight: Tensor
    probs: Tensor

    def expect(self, values: Tensor) -> Tensor:
        """Returns the expectation of values of shape (K, B), with shape (B,)."""

        return (self.weight * values).sum(0)

    def kl(self, prior: Tensor) -> Tensor:
        r"""Returns :math:`\mathrm{KL}(q(y \mid x) \parallel p(y))`, with shape (B,).

        Arguments:
            prior: The logarithms of :math:`p(y)`, with shape (C,).
        """

        # p log p has an infinite slope at zero, which a class that underflows would turn into nan.
        log_probs = self.probs.clamp_min(torch.finfo(self.probs.dtype).tiny).log()

        return (self.probs * (log_probs - prior)).sum(-1)


Marginalize = Callable[[Tensor], Support]

marginals: Registry[Marginalize] = Registry("marginalize")
