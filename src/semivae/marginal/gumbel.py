r"""Gumbel-softmax marginalization: one relaxed draw of the label, with a gradient through the draw.

.. math:: \tilde y = \mathrm{softmax}\big((\log q(y \mid x) + g) / \tau\big), \quad g_c \sim \mathrm{Gumbel}(0, 1)

The gradient is less noisy than the score function (`sampled`), but biased. The bias grows with the temperature
:math:`\tau`, which falls during training.

`gumbel` gives the networks a point between the classes: its value is **not a bound**. `gumbel_st` gives them the
nearest class, which is a draw of :math:`q(y \mid x)`, and passes the gradient straight through to the relaxed point.
Its value is a one-draw estimate of the bound, but its gradient is not the gradient of the bound.

References:
    | Categorical Reparameterization with Gumbel-Softmax (Jang et al., 2016)
    | https://arxiv.org/abs/1611.01144
"""

from __future__ import annotations

__all__ = ["gumbel", "gumbel_st"]

from torch import Tensor

from semivae.marginal.base import Support, marginals
from semivae.marginal.relaxed import relaxed, straight_through
from semivae.marginal.sampled import gumbel_noise


@marginals.register("gumbel")
def gumbel(logits: Tensor, progress: Tensor | float = 1.0, temperature: float = 0.5) -> Support:
    r"""Returns a relaxed draw as label point; values at it are not a bound.

    Arguments:
        logits: The label logits, with shape (B, C).
        progress: Fraction of the training that is done, in [0, 1].
        temperature: The final temperature; the first is 1.
    """

    return relaxed(logits, gumbel_noise(logits), progress, temperature)


@marginals.register("gumbel_st")
def gumbel_st(logits: Tensor, progress: Tensor | float = 1.0, temperature: float = 0.5) -> Support:
    r"""Returns a drawn class as label point, with the gradient of a relaxed draw, which is not the gradient of a bound.

    Arguments:
        logits: The label logits, with shape (B, C).
        progress: Fraction of the training that is done, in [0, 1].
        temperature: The final temperature; the first is 1.
    """

    return straight_through(gumbel(logits, progress, temperature))._replace(relaxed=False)
