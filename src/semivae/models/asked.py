r"""Latents of an asked label, where the decoder does not take the label: draws of the prior, chosen by the predictor.

A predictor :math:`p(y \mid z)` learned at latents of rows. The prior also covers latents that no row has, and there the
predictor is sure and often wrong. So a candidate is decoded and encoded again, twice, and the predictor reads each
result too:

.. math::
    z_0 & = z \sim p(z), \qquad z_{k+1} = \mathbb{E}_q[z \mid \hat x(z_k)] \\
    z \mid y & \sim \; \propto \; p(z) \, m(z) \prod_{k=0}^2 p(y \mid z_k)

where :math:`\hat x(z)` is the mean of the decoder. The mask :math:`m` keeps the share of candidates with the largest
:math:`\log q(z \mid \hat x(z)) - \log p(z)`: decoding loses little of these latents, so they lie where rows do. The
share is fixed because the size of this ratio grows with the size of the latent.

The product is sharper than :math:`p(y \mid z)`: three agreeing readings are needed. Draws come nearer to the label, and
vary less, than an exact conditional of the model.

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

# Each block of draws has candidates of its own, so that many draws do not share few good candidates.
BLOCK, CANDIDATES = 256, 4096

# Candidates are decoded in parts: all images of a convolution at once would need much memory.
PART = 512

# Trips from the latent to a row and back, and the share of candidates that are kept.
TRIPS, KEPT = 2, 0.25

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

    candidates = prior.sample(torch.Size([CANDIDATES]))
    z, looks = examined(candidates, prior, reread)
    beliefs = [head(look) for look in looks]
    # Missing targets are NaN, which differ from themselves.
    groups = torch.unique(y.nan_to_num(nan=torch.inf), dim=0, return_inverse=True)[1]
    chosen = torch.empty_like(groups)

    for group in groups.unique():
        asked = groups == group
        log_weights = torch.stack([p.log_prob(y[asked][:1]) for p in beliefs]).sum(0)
        chosen[asked] = resampled(log_weights, int(asked.sum()))

    return z[chosen]


def examined(z: Tensor, prior: Distribution, reread: Reread) -> tuple[Tensor, list[Tensor]]:
    """Returns the candidates that decoding keeps best, and what the predictor reads of them: each of shape (K, D)."""

    gain, again = back(z, prior, reread)
    kept = gain.nan_to_num(nan=-torch.inf).topk(int(KEPT * len(z))).indices
    z, looks = z[kept], [z[kept], again[kept]]

    for _ in range(TRIPS - 1):
        looks.append(back(looks[-1], prior, reread)[1])

    return z, looks


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
    :math:`n w` times on average, as in independent draws, but never more than one time more or less: one that is lighter
    than :math:`1 / n` is not repeated.
    """

    ends = log_weights.double().softmax(0).cumsum(0)
    points = (torch.arange(n, device=ends.device) + torch.rand((), device=ends.device, dtype=ends.dtype)) / n
    # Rounding may leave the last end below the last point.
    drawn = torch.searchsorted(ends, points).clamp(max=len(ends) - 1)

    return drawn[torch.randperm(n, device=ends.device)]
