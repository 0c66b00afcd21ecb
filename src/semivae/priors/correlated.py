r"""Mixtures of Gaussians with full covariances, given a class or a value.

.. math:: p(z \mid y) = \sum_{m=1}^M \pi_{cm} \, \mathcal{N}(z \mid \mu_{cm} + W_{cm} v, \Sigma_{cm}),
    \qquad \Sigma_{cm}^{-1} = A_{cm}^\top A_{cm}

for a class :math:`c` or a value :math:`v`. The matrix :math:`A` is lower triangular with a positive diagonal, so that a
density takes one product, and a draw one triangular solve.

The units of a latent that reconstructs rows well depend on each other. With diagonal covariances, most draws would lie
where no row lies, and decode to no class.

References:
    | Variational Deep Embedding (Jiang et al., 2017), with diagonal covariances
    | https://arxiv.org/abs/1611.05148

    | From Variational to Deterministic Autoencoders (Ghosh et al., 2020), with a mixture fitted after the training
    | https://arxiv.org/abs/1903.12436
"""

from __future__ import annotations

__all__ = ["CorrelatedMixture"]

import math

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, MultivariateNormal

# Adam moves each weight by about the learning rate a step, whatever the weight stands for. The last stage of a fit is
# short, and these weights have farther to go than weights of a network.
FASTER = 15.0

# Spread of the first means: equal Gaussians would stay equal.
APART = 0.3


class CorrelatedMixture(nn.Module):
    r"""Creates a mixture for each class. Each Gaussian starts near the standard normal.

    Arguments:
        latents: The size of the latent, :math:`D`.
        components: The Gaussians of each mixture, :math:`M`.
        classes: The number of classes, :math:`C`; 1 without classes.
        values: The size of the value that moves the means, :math:`V`; 0 without one.
    """

    def __init__(self, latents: int, components: int, classes: int = 1, values: int = 0) -> None:
        super().__init__()

        self.logits = nn.Parameter(torch.zeros(classes, components)) if components > 1 else None

        means = torch.empty(classes, components, latents)
        # Loading makes tensors without values, whose noise would import the compiler.
        self.means = nn.Parameter(means if means.is_meta else means.normal_().mul_(APART / FASTER))

        self.slopes = nn.Parameter(torch.zeros(classes, components, latents, values)) if values else None
        self.scales = nn.Parameter(torch.zeros(classes, components, latents))
        self.couplings = nn.Parameter(torch.zeros(classes, components, latents, latents))

    def log_prob(self, z: Tensor, value: Tensor | None = None) -> Tensor:
        r"""Returns :math:`\log p(z \mid \cdot)` under the mixture of each class, with shape (B, C).

        Arguments:
            z: Latents, with shape (B, D).
            value: The values, with shape (B, V), if they move the means.
        """

        # Autocast would round the products.
        with torch.autocast(z.device.type, enabled=False):
            factors = self.factors
            white = factors @ z.to(factors.dtype).T - factors @ self.centers(value)  # (C, M, D, B)
            square = white.square().sum(-2) + z.shape[-1] * math.log(2 * math.pi)
            log_prob = FASTER * self.scales.sum(-1)[..., None] - 0.5 * square  # (C, M, B)

            return (log_prob + self.log_weights[..., None]).logsumexp(1).T

    def log_marginal(self, z: Tensor) -> Tensor:
        r"""Returns :math:`\log \int p(z \mid v) \, \mathcal{N}(v \mid 0, I) \, dv`, with shape (B,), for one class.

        .. math:: \sum_m \pi_m \, \mathcal{N}(z \mid \mu_m, \Sigma_m + W_m W_m^\top)
        """

        inverse = torch.linalg.inv(self.factors[0])
        covariance = inverse @ inverse.mT

        if self.slopes is not None:
            slopes = FASTER * self.slopes[0]
            covariance = covariance + slopes @ slopes.mT

        parts = MultivariateNormal(FASTER * self.means[0], covariance, validate_args=False)

        return (parts.log_prob(z[:, None]) + self.log_weights[0]).logsumexp(-1)

    def sample(self, classes: Tensor, value: Tensor | None = None) -> Tensor:
        r"""Draws a latent for each class and value, with shape (n, D).

        Arguments:
            classes: Classes as whole numbers, with shape (n,).
            value: The values, with shape (n, V), if they move the means.
        """

        which = Categorical(logits=self.log_weights[classes], validate_args=False).sample()
        centers = self.centers(value).expand(*self.means.shape, len(classes)).movedim(-1, 0)
        means = centers[torch.arange(len(classes), device=classes.device), classes, which]
        noise = torch.randn_like(means)[..., None]

        return means + torch.linalg.solve_triangular(self.factors[classes, which], noise, upper=False)[..., 0]

    def centers(self, value: Tensor | None) -> Tensor:
        """Returns the means at values of shape (B, V), with shape (C, M, D, B), or (C, M, D, 1) without values."""

        means = self.means[..., None]

        return FASTER * (means if self.slopes is None or value is None else means + self.slopes @ value.to(means).T)

    @property
    def log_weights(self) -> Tensor:
        """The logarithms of the weights of the Gaussians, with shape (C, M)."""

        return (
            self.means.new_zeros(self.means.shape[:2])
            if self.logits is None
            else (FASTER * self.logits).log_softmax(-1)
        )

    @property
    def factors(self) -> Tensor:
        """The factors :math:`A`, with shape (C, M, D, D)."""

        return FASTER * self.couplings.tril(-1) + torch.diag_embed((FASTER * self.scales).exp())
