r"""Marginalization over the most probable classes, alone or with one draw from the other classes.

`topk` uses the softmax over the :math:`k` most probable classes, in the sum and in the divergence from :math:`p(y)`:

.. math:: q_k(y \mid x) = \frac{q(y \mid x)}{\sum_{c \in \mathrm{top}_k} q(c \mid x)}
    \text{ for } y \in \mathrm{top}_k, \text{ else } 0

This is a valid posterior, so training maximizes a bound. As an estimate of the sum over all classes it is biased, in
value and gradient: the classes left out have no influence.

`topk_sampled` sums over the most probable classes and draws one of the others, :math:`\tilde y \sim q(y \mid x,
y \notin \mathrm{top}_k)`, to represent all of them:

.. math:: \sum_{c \in \mathrm{top}_k} q(c \mid x) \, f(c)
    + \Big(1 - \sum_{c \in \mathrm{top}_k} q(c \mid x)\Big) \, f(\tilde y)

This is unbiased in value and, by the score function of the draw, in gradient. The control variate is the expectation
over the most probable classes.

References:
    | Rao-Blackwellized Stochastic Gradients for Discrete Distributions (Liu et al., 2019)
    | https://arxiv.org/abs/1810.04777
"""

from __future__ import annotations

__all__ = ["topk", "topk_sampled"]

import torch
from torch import Tensor

from semivae.marginal.base import Support, at_classes, marginals
from semivae.marginal.sampled import draw


@marginals.register("topk")
def topk(logits: Tensor, progress: Tensor | float = 1.0, label_points: int = 4) -> Support:
    r"""Returns the most probable classes as label points, with probabilities that sum to one.

    Arguments:
        logits: The label logits, with shape (B, C).
        progress: Not used.
        label_points: The number of classes, :math:`k`.
    """

    scores, classes = logits.topk(min(label_points, logits.shape[-1]))

    return at_classes(classes, scores.softmax(-1), logits.shape[-1])


@marginals.register("topk_sampled")
def topk_sampled(logits: Tensor, progress: Tensor | float = 1.0, label_points: int = 4) -> Support:
    r"""Returns the most probable classes and one drawn from the others as label points.

    Arguments:
        logits: The label logits, with shape (B, C).
        progress: Not used.
        label_points: The number of most probable classes, :math:`k`.
    """

    # With k >= C, k is C - 1: the one class left is drawn with certainty, and the sum is exact.
    _, classes = logits.topk(min(label_points, logits.shape[-1] - 1))
    probs = logits.softmax(-1)
    likely = probs.gather(-1, classes)  # (B, k)

    others = logits.scatter(-1, classes, -torch.inf)
    drawn, score = draw(others, logits)
    rest = probs.scatter(-1, classes, 0.0).sum(-1, keepdim=True).detach()  # (B, 1)

    share = (likely / likely.sum(-1, keepdim=True)).detach().T

    return Support(
        torch.cat([classes, drawn], -1).T[..., None],
        torch.cat([likely, rest * score], -1).T,
        probs,
        baseline=lambda values: (share * values[:-1]).sum(0),
    )
