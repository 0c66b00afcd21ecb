"""The weights of a committee: known answers, and the pull towards equal weights."""

import numpy as np
import pytest
from scipy.optimize import minimize

from semivae.committee.weights import EQUAL, weights_of_classes, weights_of_values

RANDOM = np.random.default_rng(0)


def test_the_likelihood_is_highest():
    chances = RANDOM.uniform(0.1, 1, size=(3, 40)) * np.array([[0.5], [0.8], [1.0]])

    def loss(free):
        weights = np.exp(free - np.logaddexp.reduce(free))

        return -np.log(weights @ chances).sum() - EQUAL / 3 * np.log(weights).sum()

    best = minimize(loss, np.zeros(3), tol=1e-10).x

    np.testing.assert_allclose(
        weights_of_classes(chances, np.ones(40)), np.exp(best - np.logaddexp.reduce(best)), atol=1e-3
    )


def test_no_label_gives_equal_weights():
    np.testing.assert_allclose(weights_of_classes(np.ones((4, 0)), np.ones(0)), 0.25)


def test_importance_counts_a_label_again():
    chances = RANDOM.uniform(0.1, 1, size=(2, 10))
    twice = np.concatenate([chances, chances[:, :3]], axis=1)
    importance = np.where(np.arange(10) < 3, 2.0, 1.0)

    np.testing.assert_allclose(weights_of_classes(chances, importance), weights_of_classes(twice, np.ones(13)))


def test_many_values_find_the_mixture():
    predicted = RANDOM.normal(size=(3, 5000))
    y = np.array([0.2, 0.8, 0.0]) @ predicted

    np.testing.assert_allclose(weights_of_values(predicted, y), [0.2, 0.8, 0.0], atol=0.01)


def test_weights_of_values_sum_to_one_at_any_scale():
    for scale in (1e-6, 1.0, 1e6):
        found = weights_of_values(scale * RANDOM.normal(size=(4, 20)), scale * RANDOM.normal(size=20))

        assert found.sum() == pytest.approx(1)
        assert (found >= 0).all()
