r"""Sampled marginalization: one draw of the label, with the score function as its gradient.

.. math:: \nabla \mathbb{E}_{q(y \mid x)}[f(y)]
    = \mathbb{E}_{q(y \mid x)}\big[\nabla f(y) + (f(y) - b) \nabla \log q(y \mid x)\big]

Unbiased in value and gradient, and as cheap as one class, but noisy: a baseline for the other methods. The control
variate :math:`b` of a row is the mean value of the other rows of the batch, which does not depend on its own draw.
Processes that share a batch take the mean over their own rows: the gradient stays unbiased, and nothing has to be sent.

References:
    | Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning (Williams, 1992)
    | https://doi.org/10.1007/BF00992696

    | Neural Variational Inference and Learning in Belief Networks (Mnih & Gregor, 2014)
    | https://arxiv.org/abs/1402.0030
"""

from __future__ import annotations

__all__ = ["draw", "gumbel_noise", "sampled"]

from torch import Tensor

from semivae.marginal.base import Support, marginals


@marginals.register("sampled")
def sampled(logits: Tensor, progress: Tensor | float = 1.0) -> Support:
    r"""Returns a class drawn for each row as its label point.

    Arguments:
        logits: The label logits, with shape (B, C).
        progress: Not used.
    """

    label, score = draw(logits, logits)

    return Support(label.T[..., None], score.T, logits.softmax(-1), baseline=mean_of_others)


def draw(candidates: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    r"""Returns a drawn class, and a factor of value one with gradient :math:`\nabla \log q(y \mid x)`, for each row.

    Arguments:
        candidates: The logits to draw from, with shape (B, C).
        logits: The logits of :math:`q(y \mid x)`, with shape (B, C).

    Returns:
        Both with shape (B, 1).
    """

    label = (candidates + gumbel_noise(candidates)).argmax(-1, keepdim=True)
    log_prob = logits.log_softmax(-1).gather(-1, label)

    return label, (log_prob - log_prob.detach()).exp()


def gumbel_noise(logits: Tensor) -> Tensor:
    """Returns noise with which the largest of the logits is a draw of their softmax, with their shape."""

    return -logits.new_empty(logits.shape).exponential_().log()


def mean_of_others(values: Tensor) -> Tensor:
    """Averages the values of the other rows for each row, with shape (B,), from values of shape (1, B)."""

    return (values[0].sum() - values[0]) / max(values.shape[1] - 1, 1)
