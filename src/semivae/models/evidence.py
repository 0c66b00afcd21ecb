r"""Estimates of :math:`\log p(x)` of rows, with the error of their draws.

.. math:: \log p(x) \approx \log \frac{1}{S} \sum_s w_s, \qquad w_s = \frac{p(x, z_s)}{q(z_s \mid x)}

The mean of the weights is unbiased, so its logarithm is below :math:`\log p(x)` on average, by about half the square of
its error. Where a posterior is narrower than the true one, as between two modes, few draws would ever see the rest. So
one draw in eight has three times the deviation, and another ten times, if the latent has few units: among many, such
draws meet nothing. All draws are weighed by the mixture that they come from.

References:
    | Importance Weighted Autoencoders (Burda et al., 2015)
    | https://arxiv.org/abs/1509.00519

    | Optimally Combining Sampling Techniques for Monte Carlo Rendering (Veach and Guibas, 1995)
    | https://doi.org/10.1145/218380.218498

    | On the Quantitative Analysis of Decoder-Based Generative Models (Wu et al., 2016)
    | https://arxiv.org/abs/1611.04273
"""

from __future__ import annotations

__all__ = ["Draws", "importance"]

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from semivae.models.base import Model

# Maps rows, with shape (B, *), and the number of a round to standard normal noise, with shape (S, B, noise).
RowNoise = Callable[[Tensor, int], Tensor]

# The scales of wide draws, how many draws there are for one of each, and the most numbers of a draw that is widened.
SCALES, SHARE, WIDENED = (3.0, 10.0), 8, 16


@dataclass(frozen=True)
class Draws:
    r"""Sums over the weights of the draws of each row.

    Attributes:
        total: :math:`\log \sum_s w_s`, with shape (B,).
        squares: :math:`\log \sum_s w_s^2`, with shape (B,).
        count: The draws of each row, with shape (B,).
    """

    total: Tensor
    squares: Tensor
    count: Tensor

    @classmethod
    def of(cls, log_weights: Tensor) -> Draws:
        """Returns the sums over log-weights of shape (S, B)."""

        count = torch.full_like(log_weights[0], len(log_weights))

        return cls(log_weights.logsumexp(0), (2 * log_weights).logsumexp(0), count)

    def joined(self, rows: Tensor, more: Draws) -> Draws:
        """Returns the sums with more draws of some rows, which a mask of shape (B,) marks."""

        total, squares, count = self.total.clone(), self.squares.clone(), self.count.clone()
        total[rows] = torch.logaddexp(total[rows], more.total)
        squares[rows] = torch.logaddexp(squares[rows], more.squares)
        count[rows] += more.count

        return Draws(total, squares, count)

    @property
    def value(self) -> Tensor:
        """The importance-weighted estimate of the log-density, with shape (B,)."""

        return self.total - self.count.log()

    @property
    def effective(self) -> Tensor:
        r"""The effective number of draws :math:`(\sum_s w_s)^2 / \sum_s w_s^2`, with shape (B,)."""

        return (2 * self.total - self.squares).exp()

    @property
    def error(self) -> Tensor:
        """The standard error of the estimate that comes from the draws, in nats, with shape (B,).

        By the delta method. Where few draws carry the weight, it is too small.
        """

        spread = (1 / self.effective - 1 / self.count).clamp(min=0)

        return (spread * self.count / (self.count - 1).clamp(min=1)).sqrt()


def importance(model: Model, x: Tensor, noise: RowNoise, rounds: int, tolerance: float) -> Draws:
    r"""Draws until the error of each row is small, or a number of rounds is reached.

    Each row stops for itself, so its estimate does not depend on the other rows.

    Arguments:
        model: The model.
        x: The rows, with shape (B, *).
        noise: The noise of rows and of a round.
        rounds: The most rounds.
        tolerance: The error that is small enough, in nats.
    """

    found = drawn(model, x, noise(x, 0))

    for number in range(1, rounds):
        rows = found.error > tolerance

        if not rows.any():
            break

        found = found.joined(rows, drawn(model, x[rows], noise(x[rows], number)))

    return found


def drawn(model: Model, x: Tensor, noise: Tensor) -> Draws:
    """Returns the sums of draws by noise of shape (S, B, noise), of which some are made wider."""

    wide = len(noise) // SHARE

    if not wide or noise.shape[-1] > WIDENED:
        return Draws.of(model.log_weights(x, noise))

    factors = noise.new_ones(len(noise), 1, 1)

    for place, scale in enumerate(SCALES):
        factors[place * wide : (place + 1) * wide] = scale

    noise = factors * noise
    shares = {1.0: 1 - len(SCALES) * wide / len(noise)} | dict.fromkeys(SCALES, wide / len(noise))
    squares, size = noise.square().sum(-1), noise.shape[-1]
    # Of each part of the mixture, over the standard normal.
    ratios = [
        math.log(share) - size * math.log(scale) + 0.5 * (1 - scale**-2) * squares for scale, share in shares.items()
    ]

    weights = model.log_weights(x, noise) - torch.stack(ratios).logsumexp(0)

    # Noise so wide may leave the numbers that a family can draw.
    return Draws.of(weights.nan_to_num(nan=-math.inf, neginf=-math.inf))
