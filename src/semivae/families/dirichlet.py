r"""Dirichlet family over the logarithms of class probabilities, with noise that does not depend on its parameters.

.. math:: \alpha \sim \mathrm{Dir}(\beta), \quad
    \alpha_c = \frac{g_c}{\sum_k g_k}, \quad g_c = F^{-1}_{\beta_c}(\Phi(\epsilon_c)), \quad
    \epsilon_c \sim \mathcal{N}(0, 1)

where :math:`F_\beta` is the distribution function of a gamma variable of shape :math:`\beta`, and :math:`\Phi` that of
a standard normal one. PyTorch's own distribution draws by rejection, so that no row could be given the same noise
twice. A value is :math:`\log \alpha`: with a small :math:`\beta` most of the :math:`\alpha` are too small for a number.

References:
    | Implicit Reparameterization Gradients (Figurnov et al., 2018)
    | https://arxiv.org/abs/1805.08498
"""

from __future__ import annotations

__all__ = ["Dirichlet", "LogDirichlet"]

import math
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution, register_kl

from semivae.families.base import Family, widen

# With less, the logarithms of draws are beyond thousands; with more, all draws are the same.
SMALLEST, LARGEST = 1e-3, 1e4

# Steps of Newton's method from a start that is below the solution, or near it.
STEPS = 8


class LogDirichlet(Distribution):
    r"""Creates a distribution of :math:`\log \alpha`, where :math:`\alpha` has a Dirichlet distribution.

    Densities are by :math:`\prod_c d\alpha_c / \alpha_c`:

    .. math:: \log p(\log \alpha) = \sum_c \beta_c \log \alpha_c - \log B(\beta)

    Arguments:
        concentration: The concentrations :math:`\beta`, with shape (*, C).
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]
    has_rsample = True

    def __init__(self, concentration: Tensor) -> None:
        self.concentration = concentration

        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        r"""The mean of :math:`\log \alpha`, with shape (*, C)."""

        return self.concentration.digamma() - self.concentration.sum(-1, keepdim=True).digamma()

    @property
    def variance(self) -> Tensor:
        r"""The variance of :math:`\log \alpha`, with shape (*, C)."""

        total = self.concentration.sum(-1, keepdim=True)

        return self.concentration.polygamma(1) - total.polygamma(1)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-density of values of shape (*, C), with shape (*)."""

        return (self.concentration * value).sum(-1) - self.log_normalizer

    @property
    def log_normalizer(self) -> Tensor:
        r"""The logarithm of :math:`B(\beta)`, with shape (*)."""

        return self.concentration.lgamma().sum(-1) - self.concentration.sum(-1).lgamma()

    def rsample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns a draw with a gradient, with shape (*sample_shape, *, C)."""

        return self.at(self.concentration.new_empty(self._extended_shape(sample_shape)).normal_())

    def at(self, noise: Tensor) -> Tensor:
        """Maps standard normal noise to values, both with shape (*, C)."""

        return log_gamma_quantile(noise, self.concentration).log_softmax(-1)


class Dirichlet(Family):
    r"""Creates a Dirichlet family.

    Arguments:
        classes: The number of classes.
    """

    def __init__(self, classes: int) -> None:
        super().__init__((classes,))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> LogDirichlet:
        """Returns the distribution whose log-concentrations are features of shape (*, C)."""

        return LogDirichlet(widen(features).clamp(math.log(SMALLEST), math.log(LARGEST)).exp())


def log_gamma_quantile(noise: Tensor, shape: Tensor) -> Tensor:
    r"""Returns the logarithm of the gamma variable whose distribution function is :math:`\Phi(\epsilon)`.

    Its gradient by the shape is that of the implicit function, :math:`-\partial_\beta F / \partial_g F`.

    Arguments:
        noise: Standard normal draws :math:`\epsilon`, with a shape that broadcasts.
        shape: The shape :math:`\beta` of the variable.
    """

    with torch.no_grad():
        value = invert(torch.special.log_ndtr(noise), noise, shape)
        slope = implicit_slope(value, shape.expand_as(value))

    # The value to the last bit, and the slope as its gradient.
    return value + slope * (shape - shape.detach())


def invert(log_u: Tensor, noise: Tensor, shape: Tensor) -> Tensor:
    r"""Returns the logarithm of :math:`F^{-1}_\beta(u)`.

    In the logarithm of the value, :math:`\log F` is concave, so that Newton's method rises to the solution from any
    start below it; :math:`F(g) \le g^\beta / \Gamma(\beta + 1)` gives one, which is exact where values are tiny.
    """

    tiny = torch.finfo(log_u.dtype)
    small = (log_u + (shape + 1).lgamma()) / shape
    # Wilson and Hilferty's cube root is nearly normal, where the shape is not small.
    cube = 1 - 1 / (9 * shape) + noise / (3 * shape.sqrt())
    value = torch.maximum(small, shape.log() + 3 * cube.clamp_min(tiny.tiny).log())

    for _ in range(STEPS):
        log_cdf = torch.special.gammainc(shape, value.exp()).clamp_min(tiny.tiny).log()
        log_slope = shape * value - value.exp() - shape.lgamma() - log_cdf
        value = value - (log_cdf - log_u) * (-log_slope).exp()

    return torch.where(small < math.log(tiny.eps), small, value)


def implicit_slope(value: Tensor, shape: Tensor) -> Tensor:
    """Returns the derivative by the shape of the logarithm of a gamma variable, at the noise that it stands for."""

    least = torch.finfo(value.dtype).eps
    small = ((shape + 1).digamma() - value) / shape
    gamma = value.exp().clamp_min(least)

    return torch.where(value < math.log(least), small, torch.ops.aten._standard_gamma_grad(shape, gamma) / gamma)


@register_kl(LogDirichlet, LogDirichlet)
def _closed_form(q: LogDirichlet, p: LogDirichlet) -> Tensor:
    difference = q.concentration - p.concentration

    return (difference * q.mean).sum(-1) - q.log_normalizer + p.log_normalizer
