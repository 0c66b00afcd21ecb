r"""Shared by relaxed marginalizations: a noisy softmax in place of a class, at a falling temperature.

.. math:: \tilde y = \mathrm{softmax}\big((s + \epsilon) / \tau\big), \quad
    \tau(t) = \max(\tau_\mathrm{low}, e^{-r t})

where :math:`r` is such that the temperature is lowest from the middle of the training on.
The networks see a point between the classes, so the value is **not a bound** on the likelihood at any temperature.
The divergence of the label is computed from the class probabilities, as in Jang's code.
"""

from __future__ import annotations

__all__ = ["relaxed", "straight_through"]

import torch
from torch import Tensor

from semivae.marginal.base import Support

# The temperature falls during this fraction of the training.
FALL = 0.5


def relaxed(logits: Tensor, noise: Tensor, progress: Tensor | float, lowest: float) -> Support:
    r"""Returns a point between the classes for each row.

    Arguments:
        logits: The label logits, with shape (B, C).
        noise: The noise added to the logits, with shape (B, C).
        progress: Fraction of the training that is done, in [0, 1].
        lowest: The final temperature; the first is 1.
    """

    temperature = lowest ** torch.as_tensor(progress / FALL).clamp_max(1.0).to(logits)
    y = ((logits + noise) / temperature).softmax(-1)

    return Support(y[None], torch.ones_like(y[:, 0])[None], logits.softmax(-1), relaxed=True)


def straight_through(support: Support) -> Support:
    """Returns the nearest class as label point, with the gradient of the relaxed point."""

    hard = torch.zeros_like(support.y).scatter(-1, support.y.argmax(-1, keepdim=True), 1.0)

    # The difference is exactly zero, so the networks see exactly one class.
    return support._replace(y=hard + (support.y - support.y.detach()))
