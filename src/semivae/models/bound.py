r"""The bound of a model with one latent, at one draw or importance-weighted over several.

.. math:: L_S(x) = \mathbb{E}_{z_1, \dots, z_S \sim q(z \mid x)}\left[
    \log \frac{1}{S} \sum_{s=1}^S w_s \right], \qquad w_s = \frac{p(x \mid z_s) \, p(z_s)}{q(z_s \mid x)}

:math:`L_1` is the evidence lower bound, with the divergence in closed form if it exists. :math:`L_S` rises with
:math:`S` to :math:`\log p(x)`. With several draws, the reported likelihood is the average under the normalized weights,
and the reported divergence :math:`D` is this likelihood minus the bound:

.. math:: L_S(x) = \sum_s \tilde w_s \log p(x \mid z_s) - D, \qquad \tilde w_s = \frac{w_s}{\sum_t w_t}

The reported likelihood has no gradient; :math:`-D` has the gradient of the bound. The draws come before the sum over a
missing label: in a model with labels :math:`L_S(x, y)` replaces :math:`L(x, y)`, under any marginalization.

References:
    | Importance Weighted Autoencoders (Burda et al., 2015)
    | https://arxiv.org/abs/1509.00519
"""

from __future__ import annotations

__all__ = ["importance_weighted", "terms_of"]

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.models.terms import Terms, divergence


def terms_of(
    q: Distribution,
    p: Distribution,
    likelihood: Callable[[Tensor], Tensor],
    importance_samples: int = 1,
    noise: Tensor | None = None,
) -> Terms:
    r"""Returns the terms of the bound of a model with one latent, each with shape (*).

    Arguments:
        q: The posterior of the latent, with batch shape (*).
        p: Its prior, with a shape that broadcasts.
        likelihood: Maps latents, with shape (*, D) or (S, *, D), to :math:`\log p(x \mid z)`.
        importance_samples: The number of latent draws, :math:`S`.
        noise: The standard normal noise of a single draw, with shape (*, D); by default it is drawn here.
    """

    if importance_samples > 1:
        z = q.rsample(torch.Size([importance_samples]))

        return importance_weighted(likelihood(z), p.log_prob(z) - q.log_prob(z))

    z = q.rsample() if noise is None else q.at(noise)  # type: ignore[attr-defined]
    units = divergence(q, p, z)

    return Terms(likelihood(z), {"z": units.sum(-1)}, units={"z": units})


def importance_weighted(likelihood: Tensor, log_ratio: Tensor) -> Terms:
    r"""Returns the terms of the importance-weighted bound, each with shape (*).

    Arguments:
        likelihood: :math:`\log p(x \mid z_s)`, with shape (S, *).
        log_ratio: :math:`\log p(z_s) - \log q(z_s \mid x)`, with shape (S, *).
    """

    weights = likelihood + log_ratio
    bound = weights.logsumexp(0) - math.log(len(weights))
    expected = (weights.softmax(0) * likelihood).sum(0).detach()

    return Terms(expected, {"z": expected - bound})
