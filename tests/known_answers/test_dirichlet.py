"""The Dirichlet family: draws and their gradients against SciPy, and how it draws for several processes."""

import numpy as np
import pytest
import torch
from scipy import special, stats
from torch.distributions import Dirichlet as Reference
from torch.distributions import kl_divergence

from semivae.families import Dirichlet, LogDirichlet
from semivae.families.dirichlet import implicit_slope, log_gamma_quantile

SHAPES = np.logspace(-3, 4, 29)[:, None]
NOISE = np.linspace(-4, 4, 33)[None]


def quantile(shape: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The logarithm of the gamma variable with a given distribution function, by SciPy unless it is tiny."""

    small = (stats.norm.logcdf(noise) + special.gammaln(shape + 1)) / shape
    low = special.gammaincinv(shape, stats.norm.cdf(noise))
    high = special.gammainccinv(shape, stats.norm.sf(noise))

    return np.where(small < -30, small, np.log(np.where(noise < 0, low, high).clip(1e-300)))


@pytest.mark.parametrize(("dtype", "digits"), [(torch.float64, 1e-4), (torch.float32, 1e-2)])
def test_draws_match_the_distribution_function(dtype, digits):
    shapes, noise = torch.tensor(SHAPES, dtype=dtype), torch.tensor(NOISE, dtype=dtype)

    np.testing.assert_allclose(log_gamma_quantile(noise, shapes), quantile(SHAPES, NOISE), rtol=digits, atol=digits)


def test_gradient_of_a_draw_matches_the_quantile():
    step = 1e-4
    expected = (quantile(SHAPES * (1 + step), NOISE) - quantile(SHAPES * (1 - step), NOISE)) / (2 * step * SHAPES)
    value = torch.from_numpy(quantile(SHAPES, NOISE))
    shapes = torch.from_numpy(SHAPES).requires_grad_()

    slope = implicit_slope(value, shapes.detach().expand_as(value)).numpy()
    np.testing.assert_allclose(slope * SHAPES, expected * SHAPES, rtol=0.03, atol=1e-3)
    (gradient,) = torch.autograd.grad(log_gamma_quantile(torch.from_numpy(NOISE), shapes).sum(), shapes)
    np.testing.assert_allclose(gradient[:, 0].numpy() * SHAPES[:, 0], (expected * SHAPES).sum(1), rtol=0.01, atol=0.01)


def test_draws_have_the_moments_of_the_formula():
    torch.manual_seed(0)
    p = LogDirichlet(torch.tensor([[0.05, 0.3, 2.0], [10.0, 0.5, 40.0]]).double())
    draws = p.rsample(torch.Size([40_000]))
    total = p.concentration.sum(-1, keepdim=True)

    torch.testing.assert_close(draws.exp().sum(-1), torch.ones(40_000, 2).double())
    torch.testing.assert_close(draws.exp().mean(0), p.concentration / total, atol=0.01, rtol=0.0)
    torch.testing.assert_close(draws.mean(0), p.mean, atol=0.0, rtol=0.05)
    torch.testing.assert_close(draws.var(0), p.variance, atol=0.0, rtol=0.1)


def test_gradient_of_an_expectation_is_unbiased():
    """Of E[log alpha], which has a closed form, and of the mean of alpha."""

    torch.manual_seed(0)
    shapes = torch.tensor([0.4, 1.5, 5.0]).double().requires_grad_()
    p = LogDirichlet(shapes)
    draws = LogDirichlet(shapes.expand(40_000, 3)).rsample()

    for drawn, exact in ((draws[:, 0], p.mean[0]), (draws[:, 1].exp(), shapes[1] / shapes.sum())):
        found, expected = (torch.autograd.grad(value, shapes, retain_graph=True)[0] for value in (drawn.mean(), exact))
        torch.testing.assert_close(found, expected, atol=0.02, rtol=0.02)


def test_divergence_matches_pytorch():
    q, p = (torch.rand(5, 4, generator=torch.Generator().manual_seed(i)).double() * 6 for i in (0, 1))

    torch.testing.assert_close(
        kl_divergence(LogDirichlet(q), LogDirichlet(p)), kl_divergence(Reference(q), Reference(p))
    )


@pytest.mark.parametrize("feature", [-1e4, -7.0, 9.0, 1e4])
def test_extreme_concentrations_stay_finite(feature):
    features = torch.tensor([[feature, 0.0, 1.0]], requires_grad=True)
    torch.manual_seed(0)
    q = Dirichlet(3)(features)
    value = q.rsample(torch.Size([200]))
    divergence = kl_divergence(q, LogDirichlet(torch.full((3,), 0.05)))
    (value.mean() + divergence + q.log_prob(value).mean()).sum().backward()

    assert value.isfinite().all() and divergence.isfinite().all() and features.grad.isfinite().all()
