"""The parts of the divergence of a latent, where they are known: means from a Gaussian, and one deviation for all."""

import math

import numpy as np
import pytest

from semivae.evaluation import decomposition

NOISE = 0.5
COVARIANCES = {
    "apart": np.diag([0.75, 0.75]),
    "correlated": np.array([[1.0, 0.9], [0.9, 1.0]]),
    "far from the prior": np.diag([9.0, 0.01]),
    "collapsed": np.zeros((2, 2)),
}


@pytest.mark.parametrize("name", COVARIANCES)
def test_parts_of_a_gaussian(name):
    """The aggregated posterior is Gaussian, with the covariance of the means plus that of the noise."""

    covariance = COVARIANCES[name]
    mean = np.random.default_rng(1).multivariate_normal(np.zeros(2), covariance, 3000, method="eigh")
    whole = covariance + NOISE**2 * np.eye(2)
    variances = np.diag(whole)
    found = decomposition(mean, np.full(mean.shape, NOISE))

    expected = {
        "information": 0.5 * math.log(np.linalg.det(whole) / NOISE**4),
        "total_correlation": 0.5 * (np.log(variances).sum() - math.log(np.linalg.det(whole))),
        "dimensions": 0.5 * (variances - 1 - np.log(variances)).sum(),
    }

    assert found == pytest.approx(expected, abs=0.12)


def test_parts_add_up_to_the_divergence():
    random = np.random.default_rng(1)
    mean, deviation = random.normal(size=(2000, 3)), random.uniform(0.2, 0.9, size=(2000, 3))
    divergence = 0.5 * (mean**2 + deviation**2 - 1 - 2 * np.log(deviation)).sum(1).mean()

    assert sum(decomposition(mean, deviation).values()) == pytest.approx(divergence, abs=0.1)


def test_rows_are_taken_in_blocks(monkeypatch):
    mean = np.random.default_rng(1).normal(size=(50, 2))
    whole = decomposition(mean, np.ones((50, 2)))
    monkeypatch.setattr("semivae.evaluation.posterior.CELLS", 700)

    assert decomposition(mean, np.ones((50, 2))) == pytest.approx(whole)
    assert whole != decomposition(mean, np.ones((50, 2)), seed=2)


def test_information_is_at_most_that_of_the_rows():
    """Rows far apart are told from each other, and nothing more can be said of them."""

    found = decomposition(100.0 * np.arange(20)[:, None], np.ones((20, 1)))

    assert found["information"] == pytest.approx(math.log(20)) and found["total_correlation"] == pytest.approx(0)
