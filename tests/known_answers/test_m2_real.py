"""M2 of a continuous target: bounds as integrals over the label, by quadrature or in closed form."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch.distributions import Normal, kl_divergence

from semivae.conditional import Net
from semivae.engine import normal_noise
from semivae.families import Gaussian, Point, choose_data
from semivae.marginal import quadrature
from semivae.models import M2Real
from semivae.priors import StandardNormal
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, LATENTS = 5, 2

SCHEMA = Schema((Variable("a", "real"), Variable("b", "real"), Variable("c", "real")), Variable("label", "real"))

# A fine grid, not a few nodes: networks have kinks.
NODES = torch.linspace(-7, 7, 281).double()
WEIGHTS = torch.softmax(-0.5 * NODES**2, 0)


def build(latent: type[Gaussian] | type[Point] = Point, latents: int = LATENTS) -> M2Real:
    """A model with nonlinear networks; with a point latent, bounds given a label are exact."""

    torch.manual_seed(3)
    net = Net((8,))

    return M2Real(
        encoder=net(SCHEMA.x, 1, to=latent(latents)),
        decoder=net(latents, 1, to=choose_data(SCHEMA)),
        predictor=net(SCHEMA.x, to=Gaussian(1)),
        prior=StandardNormal(latents),
        label_prior=StandardNormal(1),
    ).double()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(ROWS, 3, generator=torch.Generator().manual_seed(0)).double()


def integrated(model: M2Real, x: torch.Tensor) -> torch.Tensor:
    """The bound of unlabeled rows as an integral over the label, with shape (B,)."""

    q = model.predictor(x)
    mean, deviation = q.mean[:, 0], q.variance[:, 0].sqrt()
    labels = [(mean + deviation * node)[:, None] for node in NODES]
    given = torch.stack([model.decoder(model.encoder(x, y).mean, y).log_prob(x) for y in labels])

    return WEIGHTS @ given - kl_divergence(Normal(mean, deviation), Normal(0.0, 1.0))


def test_labeled_terms(x):
    model, y = build(), torch.linspace(-2, 2, ROWS).double()[:, None]
    terms, q = model.labeled(x, y), model.predictor(x)
    z = model.encoder(x, y).mean

    torch.testing.assert_close(terms.likelihood, model.decoder(z, y).log_prob(x))
    torch.testing.assert_close(terms.prior, Normal(0.0, 1.0).log_prob(y)[:, 0])
    torch.testing.assert_close(terms.prediction, Normal(q.mean, q.variance.sqrt()).log_prob(y)[:, 0])


def test_divergences_are_in_closed_form(x):
    model, y = build(Gaussian), torch.zeros(ROWS, 1).double()
    terms, q = model.unlabeled(x), model.predictor(x)
    z = model.encoder(x, y)
    to_prior = kl_divergence(Normal(z.mean, z.variance.sqrt()), Normal(0.0, 1.0)).sum(-1)

    torch.testing.assert_close(terms.kl["y"], kl_divergence(Normal(q.mean, q.variance.sqrt()), Normal(0.0, 1.0))[:, 0])
    torch.testing.assert_close(model.labeled(x, y).kl["z"], to_prior)


def test_unlabeled_bound_is_the_integral_over_the_label(x):
    model, repeats = build(), 4000
    torch.manual_seed(0)

    with torch.no_grad():
        drawn = model.unlabeled(x.repeat(repeats, 1)).bound.view(repeats, ROWS)

    error = drawn.std(0) / math.sqrt(repeats)
    assert ((drawn.mean(0) - integrated(model, x)).abs() < 4 * error).all()
    assert (error < 0.05).all() and (drawn.std(0) > 0.01).all()


def test_gradient_of_the_predictor_matches_the_integral(x):
    """The sampled label passes its gradient to the mean and to the learned standard deviation."""

    model, repeats, parts = build(), 500, 20
    bias = model.predictor.body.rest[-1].bias
    (expected,) = torch.autograd.grad(integrated(model, x).sum(), bias)
    torch.manual_seed(0)
    found = torch.stack(
        [
            torch.autograd.grad(model.unlabeled(x.repeat(repeats, 1)).bound.sum() / repeats, bias)[0]
            for _ in range(parts)
        ]
    )
    error = found.std(0) / math.sqrt(parts)

    assert ((found.mean(0) - expected).abs() < 4 * error).all()
    assert (expected.abs() > 10 * error).all(), "gradient too small: the test could not fail"


def test_evidence_is_the_integral_over_label_and_latent(x):
    """A draw is an unbiased estimate of the integral over p(y) and p(z), computed on a grid without a posterior."""

    model, draws = build(Gaussian, latents=1), 1500

    with torch.no_grad():
        y, z = (part.reshape(-1, 1, 1) for part in torch.meshgrid(NODES, NODES, indexing="ij"))
        weights = (WEIGHTS[:, None] * WEIGHTS).reshape(-1, 1).log()
        evidence = (model.decoder(z, y).log_prob(x) + weights).logsumexp(0)

        singles = normal_noise(draws, model.noise).split(1)
        ratios = torch.stack([model.log_evidence(x, noise) for noise in singles]) - evidence

    error = ratios.exp().std(0) / math.sqrt(draws)
    assert ((ratios.exp().mean(0) - 1).abs() < 4 * error).all() and (error < 0.15).all()
    assert (ratios.mean(0) + 4 * ratios.std(0) / math.sqrt(draws) < 0).all(), "its logarithm is a bound"


def test_posterior_is_the_mixture_over_the_label(x):
    model = build(Gaussian)
    q = model.predictor(x)
    y = (q.mean[:, 0] + q.variance[:, 0].sqrt() * NODES[:, None])[..., None]
    parts = [model.encoder(x, value) for value in y]
    first = sum(weight * part.mean for weight, part in zip(WEIGHTS, parts, strict=True))
    second = sum(weight * (part.variance + part.mean**2) for weight, part in zip(WEIGHTS, parts, strict=True))
    mean, deviation = model.posterior(x)

    torch.testing.assert_close(mean, first, rtol=0, atol=0.01)
    torch.testing.assert_close(deviation**2, second - first**2, rtol=0, atol=0.01)


def test_quadrature_is_exact_for_polynomials():
    p = Gaussian(1)(torch.tensor([[0.7, math.log(1.3)]], dtype=torch.float64))
    y, weight = quadrature(p)

    for degree in range(12):
        assert (weight[..., None] * y**degree).sum().item() == pytest.approx(
            stats.norm(0.7, 1.3).moment(degree), rel=1e-9
        )


# The linear case, whose evidence and posteriors are known


def test_evidence_of_the_linear_model(linear_m2_real):
    linear = linear_m2_real
    shift = linear.model.decoder.body.first.weights[1].detach().numpy()
    covariance = linear.covariance + shift @ shift.T
    expected = stats.multivariate_normal(linear.pca.mean_, covariance).logpdf(linear.x.numpy())

    for draws in (1, 5):
        evidence = linear.model.log_evidence(linear.x, normal_noise(draws, linear.model.noise))
        np.testing.assert_allclose(evidence.detach(), expected, rtol=1e-9)


def test_unlabeled_bound_is_the_evidence_at_the_exact_posteriors(linear_m2_real):
    """This includes the entropy of q(y | x) and a label drawn from it."""

    model, x = linear_m2_real.model, linear_m2_real.x
    evidence = model.log_evidence(x, normal_noise(1, model.noise)).mean().item()
    torch.manual_seed(0)

    with torch.no_grad():
        drawn = model.unlabeled(x.repeat(400, 1)).bound.view(400, -1).mean(1)

    error = drawn.std().item() / 20
    assert drawn.mean().item() == pytest.approx(evidence, abs=4 * error)
    assert error < 0.01


def test_labeled_bound_is_the_joint_evidence_at_the_exact_posterior(linear_m2_real):
    linear, y = linear_m2_real, torch.tensor([[0.8]]).double()
    shift = linear.model.decoder.body.first.weights[1].detach().numpy()[:, 0]
    given = stats.multivariate_normal(linear.pca.mean_ + 0.8 * shift, linear.covariance)
    expected = given.logpdf(linear.x.numpy()).mean() + stats.norm.logpdf(0.8)
    torch.manual_seed(0)

    with torch.no_grad():
        rows = linear.x.repeat(200, 1)
        drawn = linear.model.labeled(rows, y.expand(len(rows), 1)).bound.view(200, -1).mean(1)

    assert drawn.mean().item() == pytest.approx(expected, abs=4 * drawn.std().item() / math.sqrt(200))
