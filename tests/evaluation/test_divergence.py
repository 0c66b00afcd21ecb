"""Divergences where they are known."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, norm

from semivae.errors import DataError
from semivae.evaluation import measure, unit_divergences
from semivae.evaluation.divergence import gaussian_kl, histogram_js, histogram_kl, sampled_js, sampled_kl

RANDOM = np.random.default_rng(0)


def test_histograms_beside_scipy():
    p, q = RANDOM.integers(1, 50, size=(2, 9))

    assert histogram_kl(p, q) == pytest.approx(entropy(p, q)) and histogram_kl(p, p) == 0
    assert histogram_js(p, q) == pytest.approx(jensenshannon(p, q) ** 2) == pytest.approx(histogram_js(q, p))


def test_histograms_by_hand():
    assert histogram_kl([1, 1], [3, 1]) == pytest.approx(0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25))
    assert histogram_kl([1, 1], [1, 0]) == math.inf and histogram_kl([1, 0], [1, 1]) == pytest.approx(math.log(2))
    assert histogram_kl([1, 1], [1, 0], prior=1) == histogram_kl([2, 2], [2, 1])
    assert histogram_js([1, 0], [0, 5]) == pytest.approx(math.log(2))


@pytest.mark.parametrize("q", [[1, 2, 3], [0, 0], [1, -1], [1, math.nan]])
def test_no_histogram(q):
    with pytest.raises(DataError):
        histogram_kl([1, 2], q)


def test_gaussians_of_one_dimension():
    assert gaussian_kl(1, 4, 3, 9) == pytest.approx(math.log(3 / 2) + (4 + 4) / 18 - 0.5)
    assert gaussian_kl(1, 4, 1, 4) == pytest.approx(0)


def test_gaussians_with_full_covariances():
    """Divergences do not change under a linear map, which makes one covariance diagonal and the other one 1."""

    turn, mean, variances = RANDOM.normal(size=(3, 3)), np.array([1.0, 0.0, -2.0]), np.array([0.5, 1.0, 4.0])
    found = gaussian_kl(turn @ mean, turn @ np.diag(variances) @ turn.T, np.zeros(3), turn @ turn.T)

    assert found == pytest.approx(0.5 * (variances + mean**2 - 1 - np.log(variances)).sum())


def test_a_covariance_without_full_rank_is_refused():
    with pytest.raises(DataError, match="not positive definite"):
        gaussian_kl(np.zeros(2), np.ones((2, 2)), np.zeros(2), np.eye(2))


def test_monte_carlo_holds_the_closed_form_within_its_error():
    p, q = norm(1, 2), norm(3, 3)
    draws = p.rvs((200, 100), random_state=0)
    found = [sampled_kl(p.logpdf(x), q.logpdf(x)) for x in draws]
    truth = gaussian_kl(1, 4, 3, 9)

    assert 0.9 <= np.mean([low <= truth <= high for low, high in (one.interval for one in found)]) <= 0.99
    assert np.mean([one.error for one in found]) == pytest.approx(np.std(found), rel=0.15)


def test_monte_carlo_of_the_symmetric_one():
    p, q = norm(0, 1), norm(1, 2)
    x, z = p.rvs(4000, random_state=0), q.rvs(4000, random_state=1)
    found = sampled_js(p.logpdf(x), q.logpdf(x), p.logpdf(z), q.logpdf(z))
    edges = np.linspace(-12, 12, 4001)
    truth = histogram_js(np.diff(p.cdf(edges)), np.diff(q.cdf(edges)))

    assert abs(found - truth) < 3 * found.error < 0.02
    assert sampled_js(*np.zeros((4, 9))) == 0 and sampled_js([0, 0], [-800, -800], [-800, -800], [0, 0]) == math.log(2)


def test_one_draw_has_no_error():
    with pytest.raises(DataError, match="at least 2"):
        sampled_kl([1.0], [2.0])


def test_divergence_of_each_unit():
    mean, deviation = np.array([[1.0, 0.0], [3.0, 0.0]]), np.array([[0.5, 1.0], [0.5, 1.0]])
    first = np.mean([gaussian_kl(value, 0.25, 0, 1) for value in (1, 3)])
    found = measure("posterior", mean, deviation)

    assert unit_divergences(mean, deviation) == pytest.approx([first, 0])
    assert found["divergence"] == pytest.approx(first) and found["used_units"] == 1
