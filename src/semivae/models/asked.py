r"""Latents of an asked label, where the decoder does not take the label: draws of the prior, chosen by the predictor.

A predictor :math:`p(y \mid z)` learned at latents of rows. The prior also covers latents that no row has, and there the
predictor is sure and often wrong. So each candidate is decoded and encoded again, three times, and the predictor reads
every result:

.. math::
    z_0 & = z \sim p(z), \qquad z_{k+1} = \mathbb{E}_q[z \mid \hat x(z_k)] \\
    \text{a number, several targets:} \quad z \mid y & \sim \; \propto \; p(z) \prod_{k=0}^3 p(y \mid z_k)^{1/4} \\
    \text{a class:} \quad z \mid y & \sim \; \propto \; p(z) \, m(z) \prod_{k=0}^3 p(y \mid z_k)

where :math:`\hat x(z)` is the mean of the decoder. The first is :math:`p(z \mid y)` itself where decoding and encoding
give the latent back. The second is sharper, since a class is asked for as a whole and not in proportion to its
probability: all readings have to agree. Its mask :math:`m` keeps the quarter of the candidates with the largest
:math:`\log q(z \mid \hat x(z)) - \log p(z)`. They are far out in the latent, where a class shows clearly; a number
would be moved by it. Draws of a class are therefore clearer than the rows of the data are on average.

References:
    | Sequential Monte Carlo Methods in Practice, chapter 1 (Doucet et al., 2001), on systematic resampling
    | https://doi.org/10.1007/978-1-4757-3437-9
"""

from __future__ import annotations

__all__ = ["draw_asked"]

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.conditional import Conditional
from semivae.families import Categorical

# Each block of draws has candidates of its own, so that many draws do not share few good candidates.
BLOCK, CANDIDATES = 64, 4096

# Candidates are decoded in parts: all images of a convolution at once would need much memory.
PART = 512

# Trips from the latent to a row and back, and the share of candidates that are kept for a class.
TRIPS, KEPT = 3, 0.25

Reread = Callable[[Tensor], Distribution]


def draw_asked(prior: Distribution, reread: Reread, head: Conditional, y: Tensor) -> Tensor:
    r"""Draws latents of asked labels, with shape (n, D).

    Arguments:
        prior: The prior :math:`p(z)`.
        reread: Maps latents of shape (B, D) to :math:`q(z \mid \hat x(z))`, the posterior of their decoded means.
        head: The predictor :math:`p(y \mid z)`.
        y: Label points, with shape (n, C).
    """

    return torch.cat([draw_block(prior, reread, head, part) for part in y.split(BLOCK)])


def draw_block(prior: Distribution, reread: Reread, head: Conditional, y: Tensor) -> Tensor:
    """Draws latents of asked labels from one set of candidates."""

    of_class = isinstance(head.family, Categorical)
    looks = examined(prior, reread, KEPT if of_class else 1.0)
    beliefs = [head(look) for look in looks]
    # Missing targets are NaN, which differ from themselves.
    groups = torch.unique(y.nan_to_num(nan=torch.inf), dim=0, return_inverse=True)[1]
    chosen = torch.empty_like(groups)

    for group in groups.unique():
        asked = groups == group
        each = torch.stack([p.log_prob(y[asked][:1]) for p in beliefs])  # (looks, K)
        chosen[asked] = resampled(each.sum(0) if of_class else each.mean(0), int(asked.sum()))

    return looks[0][chosen]


def examined(prior: Distribution, reread: Reread, kept: float) -> list[Tensor]:
    """Returns the kept share of new candidates, then their latents after each trip, each with shape (K, D)."""

    z = prior.sample(torch.Size([CANDIDATES]))
    gain, again = back(z, prior, reread)
    best = gain.nan_to_num(nan=-torch.inf).topk(int(kept * len(z))).indices
    looks = [z[best], again[best]]

    for _ in range(TRIPS - 1):
        looks.append(back(looks[-1], prior, reread)[1])

    return looks


def back(z: Tensor, prior: Distribution, reread: Reread) -> tuple[Tensor, Tensor]:
    r"""Returns :math:`\log q(z \mid \hat x(z)) - \log p(z)`, with shape (K,), and the mean of q, with shape (K, D)."""

    gains, means = [], []

    for part in z.split(PART):
        q = reread(part)
        gains.append(q.log_prob(part) - prior.log_prob(part))
        means.append(q.mean)

    return torch.cat(gains), torch.cat(means)


def resampled(log_weights: Tensor, n: int) -> Tensor:
    r"""Draws n candidates by their weights, in random order, with shape (n,).

    Systematic resampling: equally spaced points on the cumulative weights. A candidate of weight :math:`w` is drawn
    :math:`n w` times on average, as in independent draws, and always this number rounded up or down. So a candidate
    with a weight below :math:`1 / n` is not repeated.
    """

    ends = log_weights.double().softmax(0).cumsum(0)
    points = (torch.arange(n, device=ends.device) + torch.rand((), device=ends.device, dtype=ends.dtype)) / n
    # Rounding may leave the last end below the last point.
    drawn = torch.searchsorted(ends, points).clamp(max=len(ends) - 1)

    return drawn[torch.randperm(n, device=ends.device)]
