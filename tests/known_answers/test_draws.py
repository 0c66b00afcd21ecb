"""Estimates of the log-density and their errors: importance sampling, and annealed importance sampling."""

import math

import numpy as np
import pytest
import torch

from semivae.engine import row_noise
from semivae.errors import SettingError
from semivae.models.annealing import annealed
from semivae.models.evidence import Draws, importance

CHAINS = 20


def spoil(encoder):
    """Makes the posterior wrong: shifted, and too wide."""

    encoder.body.first.bias.data += torch.tensor([0.3, -0.3, math.log(1.5), math.log(1.5)])


def noise_of(model, draws, seed=0):
    """The noise of rows and of a round."""

    return lambda rows, number: row_noise(rows, draws, model.noise, number, seed)


def test_noise_of_a_row_is_its_own():
    rows = torch.tensor([[0.0, 1.0], [2.0, 3.0], [-0.0, 1.0]], dtype=torch.float64)
    noise = row_noise(rows, 5, 4, 7)

    torch.testing.assert_close(noise[:, 1:2], row_noise(rows[1:2], 5, 4, 7), rtol=0, atol=0)
    torch.testing.assert_close(noise[:, 0], noise[:, 2], rtol=0, atol=0)
    assert not torch.isclose(noise[:, 0], noise[:, 1]).any()
    assert not torch.isclose(noise, row_noise(rows, 5, 4, 8)).any()


def test_noise_of_rows_is_normal_and_independent():
    rows = torch.arange(2000.0, dtype=torch.float64)[:, None]
    noise = row_noise(rows, 2, 3).transpose(0, 1).flatten(1)

    np.testing.assert_allclose(noise.mean(0), 0, atol=4 / math.sqrt(2000))
    np.testing.assert_allclose(np.cov(noise.T), np.eye(6), atol=6 / math.sqrt(2000))


def test_sums_over_draws():
    weights = torch.tensor([[1.0, 2.0], [3.0, 2.0], [2.0, 2.0], [6.0, 2.0]], dtype=torch.float64)
    few, more = Draws.of(weights[:2].log()), Draws.of(weights[2:, :1].log())
    found = few.joined(torch.tensor([True, False]), more)

    np.testing.assert_allclose(found.value, [math.log(3), math.log(2)])
    np.testing.assert_allclose(found.effective, [144 / 50, 2])
    np.testing.assert_allclose(found.count, [4, 2])
    spread = weights[:, 0].std() / 2 / 3
    np.testing.assert_allclose(found.error, [spread, 0], atol=1e-12)


def test_draws_stop_where_the_error_is_small(linear_vae):
    """At the exact posterior one round is enough; after spoiling it, each row draws until its own error is small."""

    model, x = linear_vae.model, linear_vae.x
    with torch.no_grad():
        assert (importance(model, x, noise_of(model, 32), 8, 0.15).count == 32).all()
        spoil(model.encoder)
        enough = importance(model, x, noise_of(model, 32), 1, 0.0).error.median().item()
        found = importance(model, x, noise_of(model, 32), 8, enough)
        alone = importance(model, x[3:4], noise_of(model, 32), 8, enough)

    assert found.count.min() == 32 < found.count.max() <= 256
    assert ((found.error <= enough) | (found.count == 256)).all()
    torch.testing.assert_close(found.value[3:4], alone.value, rtol=1e-12, atol=1e-12)


def test_the_error_of_a_mean_covers(linear_vae):
    """Over noise seeds, the mean over rows spreads as its errors say, and lies at the evidence."""

    model, x = linear_vae.model, linear_vae.x
    expected = linear_vae.pca.score(x.numpy())
    spoil(model.encoder)

    with torch.no_grad():
        found = [importance(model, x, noise_of(model, 64, seed), 1, 0.0) for seed in range(40)]

    means = torch.stack([draws.value.mean() for draws in found])
    stated = torch.stack([draws.error.square().sum().sqrt() / len(x) for draws in found]).mean()

    assert 0.7 * stated < means.std() < 1.4 * stated
    bias = (torch.stack([draws.error.square().mean() for draws in found]).mean() / 2).item()
    assert means.mean().item() == pytest.approx(expected - bias, abs=4 * stated.item() / math.sqrt(40) + bias / 2)


@pytest.mark.parametrize("fixture", ["linear_vae", "linear_m2"])
def test_annealing_finds_the_evidence(fixture, request):
    """Elbo < IWAE < AIS = the evidence, for a wrong encoder."""

    linear = request.getfixturevalue(fixture)
    model, x = linear.model, linear.x[:20]

    with torch.no_grad():
        exact = importance(model, x, noise_of(model, 2000), 1, 0.0)
        spoil(model.encoder)
        few = model.log_weights(x, row_noise(x, 8, model.noise))

    latents = model.posterior(x)[0].shape[1]
    assert latents == model.noise
    found = Draws.of(annealed(model, x, lambda step, size: row_noise(x, CHAINS, size, step), steps=30))
    error = found.error.square().mean().sqrt() / math.sqrt(len(x))

    assert few.mean() < few.logsumexp(0).mean() - math.log(8) < found.value.mean()
    np.testing.assert_allclose(found.value.mean(), exact.value.mean(), atol=4 * error + 2 * error**2 * len(x))
    assert error < 0.05


def test_annealing_needs_one_latent(linear_m1m2):
    with pytest.raises(SettingError, match="latents beside z"):
        linear_m1m2.model.log_joint(linear_m1m2.x, linear_m1m2.x)
