r"""Quadrature: the expectation over a Gaussian label as a weighted sum over a few values.

.. math:: \mathbb{E}_{\mathcal{N}(y \mid \mu, \sigma^2)}[f(y)] \approx \sum_k w_k \, f(\mu + \sigma t_k)

Exact for polynomials of degree below :math:`2K`, and the same at each call. Used after training only, never in a bound.

References:
    | Calculation of Gauss Quadrature Rules (Golub and Welsch, 1969)
    | https://doi.org/10.1090/S0025-5718-69-99647-1
"""

from __future__ import annotations

__all__ = ["quadrature"]

import torch
from torch import Tensor
from torch.distributions import Distribution

POINTS = 16


def quadrature(p: Distribution) -> tuple[Tensor, Tensor]:
    r"""Returns label values and their weights.

    Arguments:
        p: A Gaussian over one number, with shape (B, 1).

    Returns:
        The values, with shape (K, B, 1), and their weights, with shape (K, 1).
    """

    # The nodes are the eigenvalues of the recurrence matrix of the Hermite polynomials.
    steps = torch.arange(1, POINTS, dtype=torch.float64, device=p.mean.device).sqrt()
    nodes, vectors = torch.linalg.eigh(torch.diag(steps, 1) + torch.diag(steps, -1))
    nodes, weights = (part.to(p.mean)[:, None] for part in (nodes, vectors[0].square()))

    return p.mean + p.variance.sqrt() * nodes[..., None], weights
