r"""Annealed importance sampling: a check of :math:`\log p(x)` that does not trust the encoder to be right.

.. math::
    \log f_t(z) & = (1 - \beta_t) \log q(z \mid x) + \beta_t \log p(x, z), \qquad 0 = \beta_0 < \dots < \beta_T = 1 \\
    \log w & = \sum_{t=1}^{T} \log f_t(z_{t-1}) - \log f_{t-1}(z_{t-1}), \qquad z_t \sim \mathcal{T}_t(z_{t-1})

Each :math:`\mathcal{T}_t` is a step of Hamiltonian Monte Carlo that leaves :math:`f_t` as it is. A run before the
measured one chooses the step sizes, so that the mean of the weights stays unbiased.

References:
    | Annealed Importance Sampling (Neal, 2001)
    | https://arxiv.org/abs/physics/9803008

    | On the Quantitative Analysis of Decoder-Based Generative Models (Wu et al., 2016)
    | https://arxiv.org/abs/1611.04273
"""

from __future__ import annotations

__all__ = ["Walk", "annealed", "temperatures"]

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from semivae.models.base import Model

LEAPFROGS = 5
# The rate of accepted steps at which Hamiltonian Monte Carlo explores best (Neal, 2011).
ACCEPTED = 0.65
FIRST_SIZE = 0.1

# Maps the number of a step and a size to standard normal noise, with shape (S, B, size).
StepNoise = Callable[[int, int], Tensor]


def annealed(model: Model, x: Tensor, noise: StepNoise, steps: int) -> Tensor:
    r"""Returns the log-weights of annealed importance sampling from the encoder to the posterior, with shape (S, B).

    Arguments:
        model: A model with :meth:`log_joint`.
        x: The rows, with shape (B, *).
        noise: The noise of a step: D values for the latent, and one for its acceptance.
        steps: The number T of temperatures.
    """

    with torch.no_grad():
        mean, deviation = model.posterior(x)
        log_q = Independent(Normal(mean, deviation), 1).log_prob
        betas = temperatures(steps).to(x)

        def parts(z: Tensor) -> tuple[Tensor, Tensor]:
            # One call for all chains.
            rows = x.expand(len(z), *x.shape).flatten(0, 1)

            return log_q(z), model.log_joint(rows, z.flatten(0, 1)).view(z.shape[:-1])

        # In the units of the encoder's deviation, one step size fits all units of the latent.
        walk = Walk(parts, deviation)
        sizes = torch.full_like(mean[:, 0], FIRST_SIZE).expand(steps, -1).clone()
        run(walk, mean, betas, sizes, lambda step, size: noise(-1 - step, size), adapt=True)

        return run(walk, mean, betas, sizes, noise, adapt=False)


def temperatures(steps: int) -> Tensor:
    """Returns rising numbers from 0 to 1, with shape (steps + 1,): slow at both ends, where weights change most."""

    betas = torch.sigmoid(torch.linspace(-4, 4, steps + 1, dtype=torch.float64))

    return (betas - betas[0]) / (betas[-1] - betas[0])


def run(walk: Walk, mean: Tensor, betas: Tensor, sizes: Tensor, noise: StepNoise, adapt: bool) -> Tensor:
    r"""Returns the log-weights of all chains, with shape (S, B).

    Arguments:
        walk: The steps of the chains.
        mean: The mean of the encoder, with shape (B, D).
        betas: The temperatures, with shape (T + 1,).
        sizes: The size of each step, with shape (T, B).
        noise: The noise of a step.
        adapt: Whether to change the sizes of the steps.
    """

    size_of_noise = mean.shape[-1] + 1
    z = mean + walk.scale * noise(0, size_of_noise)[..., :-1]
    weights = torch.zeros_like(z[..., 0])
    size = sizes[0].clone()

    for step in range(1, len(betas)):
        log_q, log_joint = walk.parts(z)
        weights += (betas[step] - betas[step - 1]) * (log_joint - log_q)

        if adapt:
            sizes[step - 1] = size

        z, accepted = walk.moved(z, betas[step], sizes[step - 1], noise(step, size_of_noise))
        size *= torch.exp(0.1 * (accepted.mean(0) - ACCEPTED))

    return weights


class Walk:
    r"""Steps of the chains of all rows, from the encoder to the posterior.

    Arguments:
        parts: Maps latents of shape (S, B, D) to :math:`\log q(z \mid x)` and :math:`\log p(x, z)`, of shape (S, B).
        scale: The unit of each latent, with shape (B, D).
    """

    def __init__(self, parts: Callable[[Tensor], tuple[Tensor, Tensor]], scale: Tensor) -> None:
        self.parts = parts
        self.scale = scale

    def moved(self, z: Tensor, beta: Tensor | float, size: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Returns latents after a step of Hamiltonian Monte Carlo, and the probability of its acceptance."""

        momentum, uniform = noise[..., :-1], torch.special.ndtr(noise[..., -1])
        length = size[:, None] * self.scale
        energy, slope = self.energy(z, beta)
        kinetic = momentum.square().sum(-1) / 2
        new = z

        # The momentum is in the units of `scale`, and so is its change.
        momentum = momentum + size[:, None] / 2 * self.scale * slope
        for leap in range(LEAPFROGS):
            new = new + length * momentum
            ahead, slope = self.energy(new, beta)
            momentum = momentum + (size[:, None] if leap < LEAPFROGS - 1 else size[:, None] / 2) * self.scale * slope

        change = ahead - energy + kinetic - momentum.square().sum(-1) / 2
        accepted = change.clamp(max=0).exp().nan_to_num(0.0)

        return torch.where((uniform < accepted)[..., None], new, z), accepted

    def energy(self, z: Tensor, beta: Tensor | float) -> tuple[Tensor, Tensor]:
        r"""Returns :math:`\log f(z)` and its slope, with shapes (S, B) and (S, B, D)."""

        with torch.enable_grad():
            z = z.detach().requires_grad_()
            log_q, log_joint = self.parts(z)
            value = (1 - beta) * log_q + beta * log_joint
            (slope,) = torch.autograd.grad(value.sum(), z)

        return value.detach(), slope
