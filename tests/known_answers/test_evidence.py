"""Linear-Gaussian models with known evidence: bounds stay below the evidence and rise to it."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from scipy import special, stats

from semivae.engine import normal_noise
from semivae.models import M1M2

LATENTS = 2
SHIFT, PROBS = 0.8, (0.5, 0.3, 0.2)


every_model = pytest.mark.parametrize("fixture", ["linear_vae", "linear_m2", "linear_m2_real", "linear_m1m2"])


def encoder_of(model: torch.nn.Module) -> torch.nn.Module:
    """The encoder that reads the data."""

    return model.features.encoder if isinstance(model, M1M2) else model.encoder


def spoil(encoder: torch.nn.Module) -> None:
    """Makes the posterior wrong: shifted, and too wide."""

    encoder.body.first.bias.data += torch.tensor([0.1, -0.1, math.log(1.3), math.log(1.3)])


def bounds(model: torch.nn.Module, x: torch.Tensor, draws: int, repeats: int) -> torch.Tensor:
    """The mean over rows of the importance-weighted bound, with shape (repeats,)."""

    with torch.no_grad():
        return torch.stack(
            [model.log_evidence(x, normal_noise(draws, model.noise, seed)).mean() for seed in range(repeats)]
        )


def step_bounds(linear: Any, repeats: int) -> torch.Tensor:
    """The mean over rows of the bound of a step, with shape (repeats,)."""

    torch.manual_seed(0)

    with torch.no_grad():
        return linear.model.unlabeled(linear.x.repeat(repeats, 1)).bound.view(repeats, -1).mean(1)


def test_evidence_matches_probabilistic_pca(linear_vae):
    expected = linear_vae.pca.score_samples(linear_vae.x.numpy())
    evidence = linear_vae.model.log_evidence(linear_vae.x, normal_noise(3, LATENTS))

    np.testing.assert_allclose(evidence.detach(), expected, rtol=1e-9)


def test_posterior_matches_probabilistic_pca(linear_vae):
    mean, deviation = linear_vae.model.posterior(linear_vae.x)
    loading, noise = linear_vae.loading, linear_vae.pca.noise_variance_
    inner = loading.T @ loading + noise * np.eye(LATENTS)
    expected = (linear_vae.x.numpy() - linear_vae.pca.mean_) @ loading @ np.linalg.inv(inner)

    np.testing.assert_allclose(mean.detach(), expected, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(deviation.detach()[0] ** 2, np.diag(noise * np.linalg.inv(inner)), rtol=1e-8)


def test_bound_is_tight_at_the_exact_posterior(linear_vae):
    """The bound of a step, with one draw of the latent, has the evidence as its mean."""

    expected = linear_vae.pca.score(linear_vae.x.numpy())
    drawn = step_bounds(linear_vae, 400)

    assert drawn.mean().item() == pytest.approx(expected, abs=4 * drawn.std().item() / 20)
    assert drawn.std() / 20 < 0.01


@every_model
def test_bounds_rise_with_the_draws(fixture, request):
    """Mean of IWAE(1) over draws <= IWAE(S) of the same draws, exactly and for each row, for rising S."""

    linear = request.getfixturevalue(fixture)
    spoil(encoder_of(linear.model))
    noise = normal_noise(27, linear.model.noise)

    with torch.no_grad():
        rising = [
            torch.stack([linear.model.log_evidence(linear.x, part) for part in noise.split(draws)]).mean(0)
            for draws in (1, 3, 9, 27)
        ]

    assert all((more > fewer).all() for fewer, more in pairwise(rising))


@every_model
def test_bounds_stay_below_the_evidence(fixture, request):
    """Means over rows and 300 draws, to 3 standard errors: IWAE(1) is below, IWAE(10) is nearer and not above."""

    linear = request.getfixturevalue(fixture)
    evidence = bounds(linear.model, linear.x, 1, 1)[0]
    spoil(encoder_of(linear.model))
    one, ten = bounds(linear.model, linear.x, 1, 300), bounds(linear.model, linear.x, 10, 30)
    error = (one.std() / math.sqrt(300), ten.std() / math.sqrt(30))

    assert one.mean() + 3 * error[0] < evidence
    assert one.mean() < ten.mean() < evidence + 3 * error[1]


def test_bound_has_the_mean_of_one_draw(linear_vae):
    """With a closed-form divergence, the bound of a step has the mean of IWAE(1), and lies below the evidence."""

    spoil(linear_vae.model.encoder)
    single = bounds(linear_vae.model, linear_vae.x, 1, 300)
    elbo = step_bounds(linear_vae, 300)
    error = 4 * math.sqrt(single.var() / 300 + elbo.var() / 300)

    assert elbo.mean().item() == pytest.approx(single.mean().item(), abs=error)
    assert elbo.mean() + error < linear_vae.pca.score(linear_vae.x.numpy())


def test_evidence_of_m2_is_a_mixture(linear_m2):
    """The sum over labels is exact and uses p(y), not q(y | x)."""

    shift = SHIFT * np.random.default_rng(0).standard_normal((4, 3))
    x, mean = linear_m2.x.numpy(), linear_m2.pca.mean_
    parts = [stats.multivariate_normal(mean + shift[:, c], linear_m2.covariance).logpdf(x) for c in range(3)]
    expected = special.logsumexp(np.stack(parts) + np.log(PROBS)[:, None], axis=0)

    for draws in (1, 5):
        evidence = linear_m2.model.log_evidence(linear_m2.x, normal_noise(draws, LATENTS))
        np.testing.assert_allclose(evidence.detach(), expected, rtol=1e-6)


def test_evidence_of_m2_does_not_need_its_classifier(linear_m2):
    noise = normal_noise(2, LATENTS)
    before = linear_m2.model.log_evidence(linear_m2.x, noise)
    linear_m2.model.classifier.body.first.bias.data += torch.tensor([5.0, -3, 0])

    torch.testing.assert_close(linear_m2.model.log_evidence(linear_m2.x, noise), before, rtol=0, atol=0)


def test_unlabeled_bound_of_m2_is_below_its_evidence(linear_m2):
    evidence = linear_m2.model.log_evidence(linear_m2.x, normal_noise(1, LATENTS)).mean()
    drawn = step_bounds(linear_m2, 100)

    assert drawn.mean() < evidence - 4 * drawn.std() / 10


def test_unlabeled_bound_is_the_evidence_at_the_exact_label_posterior(linear_m2):
    """U(x) with the exact q(y | x) and q(z | x, y) has mean log p(x); this includes the entropy of q(y | x)."""

    model, x = linear_m2.model, linear_m2.x
    exact = exact_classifier(model, x)
    evidence = model.log_evidence(x, normal_noise(1, LATENTS))
    tiled = torch.distributions.OneHotCategorical(logits=exact.logits.repeat(400, 1))
    model.classifier.forward = lambda rows: tiled
    drawn = step_bounds(linear_m2, 400)

    assert drawn.mean().item() == pytest.approx(evidence.mean().item(), abs=4 * drawn.std().item() / 20)
    assert drawn.std() / 20 < 0.02 < exact.entropy().mean(), "entropy too small: the test could not fail"


def exact_classifier(model: torch.nn.Module, x: torch.Tensor) -> torch.distributions.Distribution:
    """The posterior of the label, by Bayes' theorem."""

    noise = normal_noise(1, LATENTS)[0]
    classes = torch.eye(3).double()[:, None, :]
    joint = model.joint_log_weight(x, classes, noise).T + model.label_prior.logits

    return torch.distributions.OneHotCategorical(logits=joint.detach())
