r"""Draws of the latent given the observed cells of a row, by annealing and resampling.

.. math:: z_s \sim p(z \mid x_\text{observed}) \propto p(z) \, p(x_\text{observed} \mid z)

Chains start from the encoder's Gaussian, widened by the share of missing cells, and move by Hamiltonian Monte Carlo to
the posterior, as in :mod:`semivae.models.annealing`. Their weights correct for the start: chains are resampled by
them. Further moves leave the posterior as it is. So a wrong encoder, such as one that saw complete rows alone, costs
draws, and no bias that more draws would leave.

References:
    | Leveraging the Exact Likelihood of Deep Latent Variable Models (Mattei and Frellsen, 2018)
    | https://arxiv.org/abs/1802.04826

    | Annealed Importance Sampling (Neal, 2001)
    | https://arxiv.org/abs/physics/9803008
"""

from __future__ import annotations

__all__ = ["latents_given", "start_at"]

from typing import NamedTuple

import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from semivae.models.annealing import ACCEPTED, StepNoise, Walk, temperatures
from semivae.models.base import Model

# Temperatures from the encoder to the posterior. In trials with 30 % of the cells missing, 30 were no better than 10.
TEMPERATURES = 10
# Moves after which chains that were resampled from one have parted.
APART = 4
FIRST_SIZE = 0.3
# Chains find their step size in a few moves.
ADAPTED = 0.3
# Rounds in which missing cells are filled with their decoded means, where the encoder cannot read missing ones.
ROUNDS = 5


class Start(NamedTuple):
    r"""The Gaussian that chains start from.

    Attributes:
        mean: The means, with shape (B, D).
        scale: The standard deviations, with shape (B, D).
    """

    mean: Tensor
    scale: Tensor


def start_at(model: Model, x: Tensor, spread: Tensor, unread: Tensor) -> Start:
    r"""Returns the encoder's Gaussian, widened by the share of missing cells.

    .. math:: \frac{1}{s^2} = \frac{1 - m}{\sigma^2(x)} + \frac{m}{\sigma_0^2}

    Arguments:
        model: The model.
        x: The rows, with shape (B, *), NaN where missing.
        spread: The standard deviations :math:`\sigma_0` of latents under the prior, with shape (D,).
        unread: Whether the encoder cannot read the missing cells of a row, with shape (B,).
    """

    missing = x.isnan()
    unread = unread.view(-1, *[1] * (x.ndim - 1))
    # The center of the units of a model: zero for the numbers of a table.
    seen = torch.where(missing & unread, torch.nanmean(x) if x.ndim > 2 else 0.0, x)
    mean, deviation = model.posterior(seen)

    for _ in range(ROUNDS if bool(unread.any()) else 0):
        seen = torch.where(missing & unread, model.decode(mean).mean, x)
        mean, deviation = model.posterior(seen)

    share = missing.to(x.dtype).flatten(1).mean(1, keepdim=True)

    return Start(mean, ((1 - share) / deviation.square() + share / spread.square()).rsqrt())


def latents_given(model: Model, x: Tensor, start: Start, noise: StepNoise, moves: int) -> Tensor:
    r"""Returns draws of the latent given the observed cells, with shape (moves * S, B, D).

    Arguments:
        model: A model with :meth:`log_joint`.
        x: The rows, with shape (B, *), NaN where missing.
        start: The Gaussian that chains start from.
        noise: The noise of a step, of S chains: D values for the latent, and one for its acceptance.
        moves: The moves whose results are returned.
    """

    mean, scale = start
    log_q = Independent(Normal(mean, scale), 1).log_prob
    size_of_noise = mean.shape[-1] + 1

    def parts(z: Tensor) -> tuple[Tensor, Tensor]:
        # One call for all chains.
        rows = x.expand(len(z), *x.shape).flatten(0, 1)

        return log_q(z), model.log_joint(rows, z.flatten(0, 1)).view(z.shape[:-1])

    walk, betas = Walk(parts, scale), temperatures(TEMPERATURES).tolist()
    z = mean + scale * noise(0, size_of_noise)[..., :-1]
    weights = torch.zeros_like(z[..., 0])
    size = torch.full_like(mean[:, 0], FIRST_SIZE)
    found = []

    with torch.no_grad():
        for step in range(1, len(betas)):
            log_q_z, log_joint = parts(z)
            weights += (betas[step] - betas[step - 1]) * (log_joint - log_q_z)
            z, accepted = walk.moved(z, betas[step], size, noise(step, size_of_noise))
            size = size * torch.exp(ADAPTED * (accepted.mean(0) - ACCEPTED))

        z = resampled(z, weights, noise(len(betas), 1)[0, :, 0])

        for move in range(APART + moves):
            z, _ = walk.moved(z, 1.0, size, noise(len(betas) + 1 + move, size_of_noise))
            found.append(z)

    return torch.cat(found[APART:])


def resampled(z: Tensor, log_weights: Tensor, noise: Tensor) -> Tensor:
    r"""Returns chains drawn by their weights, by systematic resampling, which repeats none without need.

    Arguments:
        z: The latents, with shape (S, B, D).
        log_weights: Their log-weights, with shape (S, B).
        noise: A standard normal number for each row, with shape (B,).
    """

    # Weights that are no numbers would leave no chain.
    shares = log_weights.nan_to_num(-torch.inf, -torch.inf).clamp(min=-1e300).softmax(0).cumsum(0)
    places = (torch.arange(len(z)).to(z)[:, None] + torch.special.ndtr(noise)) / len(z)
    chosen = torch.searchsorted(shares.T.contiguous(), places.T.contiguous()).clamp(max=len(z) - 1).T

    return z.gather(0, chosen[..., None].expand_as(z))
