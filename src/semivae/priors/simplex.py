r"""Priors over class probabilities, each with its matching posterior.

.. math::
    \text{logistic normal:} \quad & \alpha = \mathrm{softmax}(u), \; u \sim \mathcal{N}(m, s^2 I), \quad
        q(u \mid x) = \mathcal{N}(\mu(x), \sigma^2(x)), \quad
        q(u \mid x, y) = \mathcal{N}(\mu(x) + \delta y, \sigma^2(x)) \\
    \text{Dirichlet:} \quad & \alpha \sim \mathrm{Dir}(\kappa \pi), \quad
        q(\alpha \mid x) = \mathrm{Dir}(\beta(x)), \quad q(\alpha \mid x, y) = \mathrm{Dir}(\beta(x) + y)

where :math:`y` is one-hot, :math:`\delta > 0` is learned, and :math:`m` is set so that the mean of :math:`\alpha` is
:math:`\pi`. Values are logits, :math:`u` or :math:`\log \alpha`; their softmax is :math:`\alpha`. Both priors have most
of their mass near the corners, where one class is almost certain.

References:
    | vae_ssl (Mao-Jones, 2017), models LogisticNormal and LogGamma
    | https://github.com/clinicalml/vae_ssl
"""

from __future__ import annotations

__all__ = ["DirichletPrior", "LogisticNormalPrior", "SimplexPrior", "simplexes"]

import abc
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, OneHotCategorical

from semivae.families import Categorical, Dirichlet, Family, Gaussian, LogDirichlet
from semivae.families.gaussian import Bell, Diagonal
from semivae.priors.normal import fixed_draws
from semivae.registry import Registry

# Standard deviation of the logits (the sharpening of vae_ssl). A smaller one makes hardly any class certain.
SPREAD = 3.0

# Sum of the concentrations. A larger one makes hardly any class certain.
TOTAL = 0.5

# Draws that approximate a Gaussian of logits; draws and iterations that fit the mean of the prior.
DRAWS, MANY, ROUNDS = 32, 4096, 20


class SimplexPrior(nn.Module, abc.ABC):
    r"""Abstract prior over class probabilities, given as logits.

    Attributes:
        family: The family of the posterior :math:`q(\alpha \mid x)`.
    """

    family: Family

    @abc.abstractmethod
    def forward(self) -> Distribution:
        """Returns the prior, over logits of shape (C,)."""

    @abc.abstractmethod
    def given(self, q: Any, y: Tensor) -> Distribution:
        r"""Returns :math:`q(\alpha \mid x, y)` from :math:`q(\alpha \mid x)`, for label points of shape (B, C)."""

    @abc.abstractmethod
    def label(self, q: Any) -> OneHotCategorical:
        r"""Returns :math:`q(y \mid x) = \mathbb{E}_{q(\alpha \mid x)}[\alpha_y]`."""


simplexes: Registry[type[Any]] = Registry("simplex")


@simplexes.register("logistic_normal")
class LogisticNormalPrior(SimplexPrior):
    r"""Creates a logistic normal prior.

    Arguments:
        probs: The mean :math:`\pi` of the prior, with shape (C,).
    """

    loc: Tensor
    scale: Tensor
    draws: Tensor

    def __init__(self, probs: Tensor) -> None:
        super().__init__()

        self.family = Gaussian(len(probs))
        self.shift = nn.Parameter(torch.zeros(()))
        self.register_buffer("loc", with_mean(probs))
        self.register_buffer("scale", torch.full_like(probs, SPREAD))
        self.register_buffer("draws", fixed_draws(DRAWS, len(probs)))

    def forward(self) -> Independent:
        """Returns the prior, over logits of shape (C,)."""

        return Independent(Bell(self.loc, self.scale), 1, validate_args=False)

    def given(self, q: Diagonal, y: Tensor) -> Diagonal:
        r"""Returns :math:`q(u \mid x, y)`, with the mean shifted toward the class, for label points of shape (B, C)."""

        loc = q.mean + nn.functional.softplus(self.shift) * y

        return Diagonal(Bell(loc, q.base_dist.scale), 1, validate_args=False)

    def label(self, q: Diagonal) -> OneHotCategorical:
        r"""Returns :math:`q(y \mid x)`, the mean of :math:`\alpha` over draws that are the same for all rows."""

        log_probs = q.at(self.draws[:, None]).log_softmax(-1)  # (S, B, C)

        return Categorical(log_probs.shape[-1])(log_probs.logsumexp(0))


@simplexes.register("dirichlet")
class DirichletPrior(SimplexPrior):
    r"""Creates a Dirichlet prior.

    Arguments:
        probs: The mean :math:`\pi` of the prior, with shape (C,).
    """

    concentration: Tensor

    def __init__(self, probs: Tensor) -> None:
        super().__init__()

        self.family = Dirichlet(len(probs))
        self.register_buffer("concentration", TOTAL * probs)

    def forward(self) -> LogDirichlet:
        """Returns the prior, over log-probabilities of shape (C,)."""

        return LogDirichlet(self.concentration)

    def given(self, q: LogDirichlet, y: Tensor) -> LogDirichlet:
        r"""Returns :math:`q(\alpha \mid x, y)`, after one more observation, for label points of shape (B, C)."""

        return LogDirichlet(q.concentration + y)

    def label(self, q: LogDirichlet) -> OneHotCategorical:
        r"""Returns :math:`q(y \mid x)`, the mean of :math:`\alpha` in closed form."""

        return Categorical(q.concentration.shape[-1])(q.concentration.log())


def with_mean(probs: Tensor) -> Tensor:
    r"""Returns :math:`m` such that the mean of :math:`\mathrm{softmax}(m + s \epsilon)` is `probs`, with shape (C,)."""

    # While a model is loaded, new tensors have no values, but the probabilities have.
    with probs.device:
        noise = SPREAD * fixed_draws(MANY, len(probs)).to(probs)

    loc = probs.log()

    for _ in range(ROUNDS):
        loc = loc + probs.log() - (loc + noise).softmax(-1).mean(0).log()

    return loc
