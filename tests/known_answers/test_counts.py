"""A one-latent Poisson model of simulated counts, whose rates and evidence are known."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import poisson

from semivae import DataOptions, VAEEmbedding
from semivae.families import Poisson

NAMES = ["a", "b", "c", "d"]
LEVEL, SLOPE = np.array([0.5, 1.5, 2.5, 0.0]), np.array([0.8, -0.6, 0.4, 1.0])

# Points and weights of an integral over a standard normal latent.
POINTS, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)


def log_rates(z: np.ndarray) -> np.ndarray:
    return LEVEL + SLOPE * z[:, None]


def counts(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)

    return pd.DataFrame(random.poisson(np.exp(log_rates(random.normal(size=rows)))), columns=NAMES)


def truth(x: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The log-evidence of each row, and the logarithms of the rates at the posterior mean of its latent."""

    given = poisson.logpmf(x.to_numpy()[:, None], np.exp(log_rates(POINTS))).sum(-1)
    joint = np.exp(given) * WEIGHTS / WEIGHTS.sum()
    evidence = joint.sum(1)

    return np.log(evidence), log_rates(joint @ POINTS / evidence)


@pytest.fixture(scope="module")
def model() -> VAEEmbedding:
    settings = {"latents": 1, "hidden": (32,), "epochs": 50, "batch_size": 256, "learning_rate": 0.02}
    data = DataOptions(kinds=dict.fromkeys(NAMES, "count"))

    return VAEEmbedding(data=data, random_state=0, **settings).fit(counts(2000, seed=0))


def test_log_density_is_that_of_the_truth(model):
    """A bound, so below it on average, in nats and without a volume: a count has no unit."""

    x = counts(1000, seed=1)
    gap = truth(x)[0] - model.score_samples(x)

    assert -0.02 < gap.mean() < 0.06


def test_rates_are_recovered(model):
    x = counts(1000, seed=1)

    with torch.inference_mode():
        found = model._double().decode(torch.from_numpy(model.transform(x))).mean.log().numpy()

    error = found - truth(x)[1]

    assert np.sqrt(np.square(error).mean()) < 0.15, "of log rates, whose deviation is 0.4 to 1"


def test_samples_are_whole_numbers_with_the_moments_of_the_data(model):
    drawn, x = model.sample(20_000, random_state=0), counts(20_000, seed=1)

    assert (drawn.dtypes == x.dtypes).all() and (drawn >= 0).all(axis=None)
    np.testing.assert_allclose(drawn.mean(), x.mean(), rtol=0.08)
    np.testing.assert_allclose(drawn.var(), x.var(), rtol=0.25)


def test_rate_of_a_count_stays_finite_and_can_come_back():
    """Neither a huge nor a tiny feature makes the likelihood or its gradient infinite, or the gradient zero."""

    f = torch.tensor([[-1e4], [-30.0], [30.0], [60.0]], requires_grad=True)
    p = Poisson([1.0], [1.0], [20.0])(f)
    x = torch.full((4, 1), 5.0)
    p.log_prob(x).sum().backward()

    assert p.log_prob(x).isfinite().all() and f.grad.isfinite().all()
    assert (p.mean <= 21 * math.exp(2) + 1e-3).all()
    assert (f.grad[:2] > 4).all() and f.grad[2] < 0, "up where the rate is too low, down where it is too high"
