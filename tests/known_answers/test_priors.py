"""Priors against mixtures written out, quadrature, and evidence in closed form."""

import math

import numpy as np
import pytest
import torch
from scipy import special, stats
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal

from semivae.conditional import Net
from semivae.engine import normal_noise
from semivae.families import Gaussian, choose_data
from semivae.models import M2
from semivae.models.terms import kl
from semivae.priors import ClassMixture, LabelPrior, Mixture, StandardNormal, VampPrior, priors
from semivae.schema import Schema
from semivae.variables import Variable

LATENTS, CLASSES, COMPONENTS, DRAWS = 2, 3, 4, 200_000

SCHEMA = Schema(
    tuple(Variable(name, "real") for name in "abc"), Variable("label", "category", classes=tuple(range(CLASSES)))
)


def moved(prior: torch.nn.Module) -> torch.nn.Module:
    """The prior with random parameters, so that all components differ."""

    random = torch.Generator().manual_seed(0)

    for parameter in prior.parameters():
        parameter.data = 0.7 * torch.randn(parameter.shape, generator=random)

    return prior.double()


def encoder() -> torch.nn.Module:
    torch.manual_seed(3)

    return Net((8,))(SCHEMA.x, CLASSES, to=Gaussian(LATENTS)).double()


def vamp() -> tuple[VampPrior, torch.nn.Module]:
    return moved(VampPrior(3, CLASSES, COMPONENTS)), encoder()


def distribution(name: str) -> Distribution:
    """A prior of each kind, over values of shape (2,)."""

    if name == "vamp":
        prior, q = vamp()

        return prior(encoder=q.laid_out)

    return moved(Mixture(LATENTS, COMPONENTS))() if name == "mixture" else StandardNormal(LATENTS).double()()


def grid(points: int = 201, end: float = 12.0) -> tuple[torch.Tensor, float]:
    """Points of the plane, with shape (points squared, 2), and the area of each."""

    line = torch.linspace(-end, end, points).double()

    return torch.cartesian_prod(line, line), (2 * end / (points - 1)) ** 2


# Densities


@pytest.mark.parametrize("name", list(priors))
def test_density_integrates_to_one(name):
    z, area = grid()

    assert (distribution(name).log_prob(z).exp().sum() * area).item() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("name", list(priors))
def test_draws_have_the_moments_of_the_density(name):
    p = distribution(name)
    z, area = grid()
    weight = (p.log_prob(z).exp() * area)[:, None]
    mean, square = (weight * z).sum(0), (weight * z.square()).sum(0)
    torch.manual_seed(0)
    drawn = p.sample(torch.Size([DRAWS]))
    error = 4 * drawn.square().std(0) / math.sqrt(DRAWS)

    assert ((drawn.mean(0) - mean).abs() < 4 * drawn.std(0) / math.sqrt(DRAWS)).all()
    assert ((drawn.square().mean(0) - square).abs() < error).all()


def test_density_of_a_mixture_is_the_sum_over_components():
    prior = moved(Mixture(LATENTS, COMPONENTS))
    z = torch.randn(5, LATENTS, generator=torch.Generator().manual_seed(1)).double()
    share = prior.logits.exp() / prior.logits.exp().sum()
    parts = [
        weight * MultivariateNormal(f[:LATENTS], torch.diag((2 * f[LATENTS:]).exp())).log_prob(z).exp()
        for weight, f in zip(share, prior.features, strict=True)
    ]

    torch.testing.assert_close(prior().log_prob(z), sum(parts).log())


def test_density_of_a_vamp_is_the_mean_posterior_of_its_inputs():
    prior, q = vamp()
    z = torch.randn(5, LATENTS, generator=torch.Generator().manual_seed(1)).double()
    parts = []

    for k, row in enumerate(prior.inputs):
        posterior = q(row, torch.eye(CLASSES).double()[k % CLASSES])
        normal = MultivariateNormal(posterior.mean, torch.diag(posterior.variance))
        parts.append(normal.log_prob(z).exp() / COMPONENTS)

    torch.testing.assert_close(prior(encoder=q.laid_out).log_prob(z), sum(parts).log())


def test_vamp_of_the_rows_themselves_is_their_averaged_posterior():
    """The idea of the VampPrior: with one pseudo-input per row, the divergence is minimal."""

    torch.manual_seed(0)
    x = torch.randn(COMPONENTS, 3).double()
    q = Net((8,))(SCHEMA.x, to=Gaussian(LATENTS)).double()
    q.body.rest[-1].weight.data *= 3
    prior = VampPrior(3, 0, COMPONENTS).double()
    z, area = grid()

    def divergence() -> float:
        """Averaged over rows, by quadrature."""

        ratio = q(x).log_prob(z[:, None]) - prior(encoder=q.laid_out).log_prob(z)[:, None]

        return (q(x).log_prob(z[:, None]).exp() * ratio * area).sum(0).mean().item()

    others = divergence()
    prior.inputs.data = x
    lowest = divergence()

    assert 0 < lowest < min(others, math.log(COMPONENTS))


def test_gaussian_of_a_class():
    prior = moved(ClassMixture(LATENTS, CLASSES))
    z = torch.randn(CLASSES, LATENTS, generator=torch.Generator().manual_seed(1)).double()
    p = prior(torch.eye(CLASSES).double())

    for c in range(CLASSES):
        loc, log_scale = prior.features[c].chunk(2)
        torch.testing.assert_close(p.log_prob(z)[c], Normal(loc, log_scale.exp()).log_prob(z[c]).sum())


def test_class_may_be_a_code_or_a_relaxed_label():
    prior = moved(ClassMixture(LATENTS, CLASSES))
    points = torch.eye(CLASSES).double()[torch.tensor([2, 0])]
    between = prior(torch.tensor([0.5, 0.0, 0.5]).double())
    given = prior()

    torch.testing.assert_close(prior(torch.tensor([[2], [0]])).mean, prior(points).mean)
    torch.testing.assert_close(between.mean, (given.mean[0] + given.mean[2]) / 2)
    torch.testing.assert_close(between.variance.log(), (given.variance[0] * given.variance[2]).log() / 2)


def test_classes_start_as_the_standard_normal():
    q = Gaussian(LATENTS)(torch.tensor([0.3, -0.2, 0.5, -0.5]))

    torch.testing.assert_close(
        kl(q, ClassMixture(LATENTS, CLASSES)(torch.eye(CLASSES)), q.mean),
        kl(q, StandardNormal(LATENTS)(), q.mean).expand(CLASSES),
    )


# Divergences


@pytest.mark.parametrize("name", list(priors))
def test_mean_divergence_matches_quadrature(name):
    q = Independent(Normal(torch.tensor([0.4, -0.8]).double(), torch.tensor([0.6, 0.3]).double()), 1)
    p = distribution(name)
    z, area = grid(801)
    log_q = q.log_prob(z)
    expected = (log_q.exp() * (log_q - p.log_prob(z)) * area).sum().item()
    torch.manual_seed(0)
    drawn = q.sample(torch.Size([DRAWS]))
    found = kl(q, p, drawn).expand(DRAWS)

    assert found.mean().item() == pytest.approx(expected, abs=4 * found.std().item() / math.sqrt(DRAWS) + 1e-6)
    assert found.std() / math.sqrt(DRAWS) < 0.01 < expected


# Models


@pytest.mark.parametrize("prior", ["mixture", "vamp"])
def test_unlabeled_bound_is_the_sum_over_classes(prior):
    """M2 with each prior, enumerated by hand at the draws of the step."""

    torch.manual_seed(0)
    label_prior = LabelPrior(torch.tensor([0.5, 0.3, 0.2]).double())
    model = M2.build(SCHEMA, choose_data(SCHEMA), Net((8,)), LATENTS, label_prior, prior=priors[prior]).double()
    moved(model.prior)
    x = torch.randn(6, 3).double()
    probs, log_prior = model.classifier(x).probs, label_prior.logits
    bound = torch.zeros(6).double()

    torch.manual_seed(1)
    noise = torch.randn(CLASSES, 6, LATENTS, dtype=torch.float64)

    for c, y in enumerate(torch.eye(CLASSES).double().expand(6, -1, -1).unbind(1)):
        q = model.encoder(x, y)
        q = Normal(q.mean, q.variance.sqrt())
        z = q.mean + q.stddev * noise[c]

        if prior == "mixture":
            loc, log_scale = model.prior.features[c].chunk(2)
            divergence = torch.distributions.kl_divergence(q, Normal(loc, log_scale.exp())).sum(-1)
        else:
            told = torch.eye(CLASSES).double()[torch.arange(50) % CLASSES]
            u = model.encoder(model.prior.inputs, told)
            parts = Normal(u.mean, u.variance.sqrt()).log_prob(z[:, None]).sum(-1)
            divergence = q.log_prob(z).sum(-1) - parts.exp().mean(-1).log()

        likelihood = model.decoder(z, y).log_prob(x)
        bound += probs[:, c] * (likelihood - divergence + log_prior[c] - probs[:, c].log())

    torch.manual_seed(1)
    torch.testing.assert_close(model.unlabeled(x).bound, bound)


def test_evidence_of_m2_with_a_gaussian_for_each_class(linear_m2):
    """Each class has its own latent mean: x is a mixture of Gaussians whose means the prior shifts, too."""

    model, x = linear_m2.model, linear_m2.x
    means = np.array([[1.0, -0.5], [-1.0, 0.3], [0.0, 0.8]])
    model.prior = ClassMixture(LATENTS, 3).double()
    model.prior.features.data[:, :LATENTS] = torch.from_numpy(means)

    # The exact posterior has variance V, and V times the prior mean is added to its mean.
    variance = linear_m2.pca.noise_variance_ / linear_m2.pca.explained_variance_
    model.encoder.body.first.weights[1].data[:LATENTS] += torch.from_numpy(variance[:, None] * means.T)

    shift = model.decoder.body.first.weights[1].detach().numpy().T
    centers = linear_m2.pca.mean_ + shift + means @ linear_m2.loading.T
    parts = [stats.multivariate_normal(center, linear_m2.covariance).logpdf(x.numpy()) for center in centers]
    expected = special.logsumexp(np.stack(parts) + np.log([[0.5], [0.3], [0.2]]), axis=0)

    np.testing.assert_allclose(model.log_evidence(x, normal_noise(2, LATENTS)).detach(), expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["mixture", "vamp"])
def test_evidence_of_a_linear_vae_with_a_mixture(linear_vae, name):
    """The evidence is a mixture of Gaussians: one draw is far below it, many draws come close."""

    model, x = linear_vae.model, linear_vae.x[::5]
    model.encoder.body.first.bias.data[LATENTS:] = math.log(0.5)  # wide, so that draws cover every component
    model.prior = moved(Mixture(LATENTS, COMPONENTS) if name == "mixture" else VampPrior(4, 0, COMPONENTS))
    p = model.latent()
    parts = p.component_distribution
    covariances = [linear_vae.loading @ np.diag(v) @ linear_vae.loading.T for v in parts.variance.detach().numpy()]
    noise = linear_vae.pca.noise_variance_ * np.eye(4)
    centers = linear_vae.pca.mean_ + parts.mean.detach().numpy() @ linear_vae.loading.T
    log_density = [
        stats.multivariate_normal(center, covariance + noise).logpdf(x.numpy())
        for center, covariance in zip(centers, covariances, strict=True)
    ]
    weights = p.mixture_distribution.probs.detach().numpy()
    expected = special.logsumexp(np.stack(log_density) + np.log(weights)[:, None], axis=0).mean()

    torch.manual_seed(0)

    with torch.no_grad():
        elbo = model.unlabeled(x.repeat(100, 1)).bound.mean().item()
        model.importance_samples = 20_000
        found = model.unlabeled(x).bound.mean().item()
        reported = model.log_evidence(x, normal_noise(1024, LATENTS)).mean().item()

    assert elbo < expected - 0.1
    assert found == pytest.approx(expected, abs=0.01)
    assert reported == pytest.approx(expected, abs=0.1)
