r"""Logistic-normal marginalization: a relaxed label with Gaussian in place of Gumbel noise.

.. math:: \tilde y = \mathrm{softmax}\big((\log q(y \mid x) + \epsilon) / \tau\big), \quad
    \epsilon_c \sim \mathcal{N}(0, 1)

A heuristic: unlike with Gumbel noise, the class with the largest noisy logit is not a draw of :math:`q(y \mid x)`.
`logistic_normal_st` gives the networks the nearest class and passes the gradient straight through. Neither it nor
`logistic_normal` gives a **bound** or an estimate of one. The noise has lighter tails and visits improbable classes
less often.

References:
    | The Concrete Distribution (Maddison et al., 2016), whose appendix discusses the logistic-normal
    | https://arxiv.org/abs/1611.00712
"""

from __future__ import annotations

__all__ = ["logistic_normal", "logistic_normal_st"]

from torch import Tensor

from semivae.marginal.base import Support, marginals
from semivae.marginal.relaxed import relaxed, straight_through


@marginals.register("logistic_normal")
def logistic_normal(logits: Tensor, progress: Tensor | float = 1.0, temperature: float = 0.5) -> Support:
    r"""Returns a relaxed label as label point; values at it are not a bound.

    Arguments:
        logits: The label logits, with shape (B, C).
        progress: Fraction of the training that is done, in [0, 1].
        temperature: The final temperature; the first is 1.
    """

    return relaxed(logits, logits.new_empty(logits.shape).normal_(), progress, temperature)


@marginals.register("logistic_normal_st")
def logistic_normal_st(logits: Tensor, progress: Tensor | float = 1.0, temperature: float = 0.5) -> Support:
    r"""Returns the class nearest to a relaxed label, with the gradient of the relaxed label; values are not a bound.

    Arguments:
        logits: The label logits, with shape (B, C).
        progress: Fraction of the training that is done, in [0, 1].
        temperature: The final temperature; the first is 1.
    """

    return straight_through(logistic_normal(logits, progress, temperature))
