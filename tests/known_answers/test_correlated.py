"""Mixtures of correlated Gaussians, and models whose latent has such a prior, against closed forms."""

import math

import numpy as np
import torch
from scipy import special, stats

from semivae.conditional import Net
from semivae.engine import normal_noise
from semivae.families import Gaussian
from semivae.models import GMVAE, GMVAEReal
from semivae.models.gmvae import at
from semivae.priors import CorrelatedMixture, LabelPrior, StandardNormal
from semivae.priors.correlated import FASTER

CLASSES, COMPONENTS, LATENTS = 3, 2, 2
PROBS = np.array([0.5, 0.3, 0.2])


def random_mixture(classes: int, values: int = 0) -> CorrelatedMixture:
    """A mixture with random weights, means and covariances."""

    torch.manual_seed(1)
    mixture = CorrelatedMixture(LATENTS, COMPONENTS, classes, values).double()

    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.copy_(0.5 * torch.randn_like(parameter) / FASTER)

    return mixture


def gaussians(mixture: CorrelatedMixture) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The weights, means and covariances, with shapes (C, M), (C, M, D) and (C, M, D, D)."""

    factors = mixture.factors.detach().numpy()
    covariances = np.linalg.inv(np.swapaxes(factors, -1, -2) @ factors)

    return mixture.log_weights.exp().detach().numpy(), FASTER * mixture.means.detach().numpy(), covariances


def mixed(x: np.ndarray, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """The log-density of a mixture."""

    parts = zip(means, covariances, strict=True)

    return special.logsumexp(
        np.stack([np.atleast_1d(stats.multivariate_normal(mean, covariance).logpdf(x)) for mean, covariance in parts])
        + np.log(weights)[:, None],
        axis=0,
    )


def test_log_density_of_each_class():
    mixture = random_mixture(CLASSES)
    z = torch.randn(7, LATENTS, dtype=torch.double)
    expected = np.stack([mixed(z.numpy(), *parts) for parts in zip(*gaussians(mixture), strict=True)], axis=1)

    np.testing.assert_allclose(mixture.log_prob(z).detach(), expected, rtol=1e-10)


def test_values_move_the_means():
    mixture = random_mixture(1, values=1)
    weights, means, covariances = (part[0] for part in gaussians(mixture))
    slopes = FASTER * mixture.slopes[0, :, :, 0].detach().numpy()
    z, value = torch.randn(5, LATENTS, dtype=torch.double), torch.randn(5, 1, dtype=torch.double)
    expected = [
        mixed(row[None], weights, means + slopes * shift, covariances)
        for row, shift in zip(z.numpy(), value.numpy(), strict=True)
    ]

    np.testing.assert_allclose(mixture.log_prob(z, value).detach(), expected, rtol=1e-10)


def test_draws_have_the_moments_of_the_density():
    mixture, draws = random_mixture(CLASSES), 40_000
    torch.manual_seed(0)

    for code, (weights, means, covariances) in enumerate(zip(*gaussians(mixture), strict=True)):
        z = mixture.sample(torch.full((draws,), code)).detach().numpy()
        mean = weights @ means
        off = means - mean
        covariance = np.einsum("m,mij->ij", weights, covariances) + np.einsum("m,mi,mj->ij", weights, off, off)

        np.testing.assert_allclose(z.mean(0), mean, atol=5 * math.sqrt(covariance.max() / draws))
        np.testing.assert_allclose(np.cov(z.T), covariance, atol=0.03 * covariance.max())


def test_one_gaussian_has_no_weights_to_learn():
    mixture = CorrelatedMixture(LATENTS, 1, CLASSES)

    assert mixture.logits is None
    assert mixture.log_prob(torch.zeros(4, LATENTS)).shape == (4, CLASSES)


def ratios_of(model, x: torch.Tensor, evidence: np.ndarray, draws: int = 400) -> torch.Tensor:
    """Estimates of the evidence at one draw each, over the evidence."""

    with torch.no_grad():
        found = torch.stack([model.log_evidence(x, noise) for noise in normal_noise(draws, model.noise).split(1)])

    return (found - torch.from_numpy(evidence)).exp()


def means_one(ratios: torch.Tensor) -> bool:
    """Whether estimates are unbiased, as far as their number shows, which has to be far enough to mean something."""

    error = ratios.std(0) / math.sqrt(len(ratios))

    return bool((((ratios.mean(0) - 1).abs() / error) < 5).all() and error.median() < 0.15)


def test_evidence_of_a_linear_gmvae_is_a_mixture(linear_m1m2):
    """One draw is an unbiased estimate, and its logarithm a lower bound."""

    features, x = linear_m1m2.model.features, linear_m1m2.x
    mixture = random_mixture(CLASSES)
    classifier = Net(())(LATENTS, to=linear_m1m2.model.top.classifier.family).double()
    model = GMVAE(features, classifier, mixture, LabelPrior(torch.from_numpy(PROBS)), reads="features")
    weights, means, covariances = gaussians(mixture)
    evidence = mixed(
        x.numpy(), (PROBS[:, None] * weights).ravel(), *decoded(linear_m1m2, means.reshape(-1, LATENTS), covariances)
    )
    ratios = ratios_of(model, x, evidence)

    assert means_one(ratios)
    assert ratios.log().mean() < -0.01


def test_evidence_of_a_linear_gmvae_of_a_value_is_a_mixture(linear_m1m2):
    """A value that is integrated out widens each Gaussian in the direction in which it moves it."""

    features, x = linear_m1m2.model.features, linear_m1m2.x
    mixture = random_mixture(1, values=1)
    predictor = Net(())(LATENTS, to=Gaussian(1)).double()
    predictor.body.first.weights[0].data.zero_()
    model = GMVAEReal(features, predictor, mixture, StandardNormal(1).double(), reads="features")
    weights, means, covariances = (part[0] for part in gaussians(mixture))
    slopes = FASTER * mixture.slopes[0, :, :, 0].detach().numpy()
    wider = covariances + slopes[:, :, None] * slopes[:, None, :]
    evidence = mixed(x.numpy(), weights, *decoded(linear_m1m2, means, wider))

    assert means_one(ratios_of(model, x, evidence, 800))


def decoded(linear, means: np.ndarray, covariances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The Gaussians of rows whose latents have the given ones."""

    flat = covariances.reshape(-1, LATENTS, LATENTS)
    noise = linear.pca.noise_variance_ * np.eye(len(linear.loading))

    return linear.pca.mean_ + means @ linear.loading.T, linear.loading @ flat @ linear.loading.T + noise


def test_unlabeled_bound_is_the_evidence_where_both_posteriors_are_exact(linear_m1m2):
    """Equal mixtures: the label says nothing of the row, so its posterior is its prior."""

    features, x = linear_m1m2.model.features, linear_m1m2.x
    mixture = CorrelatedMixture(LATENTS, 1, CLASSES).double()
    classifier = Net(())(LATENTS, to=linear_m1m2.model.top.classifier.family).double()
    model = GMVAE(features, classifier, mixture, LabelPrior(torch.from_numpy(PROBS)), reads="features")

    with torch.no_grad():
        mixture.means.zero_()
        classifier.body.first.weights[0].zero_()
        classifier.body.first.bias.copy_(torch.from_numpy(PROBS).log())
        bound = model.unlabeled(x).bound

    np.testing.assert_allclose(bound, linear_m1m2.pca.score_samples(x.numpy()), rtol=1e-6)


def test_label_points_give_the_values_of_their_classes():
    values = torch.randn(4, CLASSES)
    points = torch.eye(CLASSES)[:, None]

    assert torch.equal(at(values, points), values.T)
    assert torch.equal(at(values, torch.tensor([[[0]], [[2]]]).expand(2, 4, 1)), values.T[[0, 2]])
    assert torch.equal(at(values, torch.tensor([[2]]).expand(4, 1)), values[:, 2])
    torch.testing.assert_close(at(values, torch.full((1, 1, CLASSES), 1 / CLASSES)), values.mean(1)[None])
