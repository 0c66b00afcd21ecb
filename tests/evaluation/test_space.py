"""Metrics of a latent on cases that are known in closed form."""

import numpy as np
import pytest
from scipy.stats import norm

from semivae.evaluation import linear_probe, measure, neighbor_probe

RANDOM = np.random.default_rng(0)


def test_units_whose_mean_varies_are_active():
    means = RANDOM.normal(size=(4000, 4)) * [1, 0.2, 0.05, 0] + 7

    assert measure("latents", means) == {"active_units": 2}


@pytest.mark.parametrize("shift", [0.0, 1.0, 3.0])
def test_energy_distance_of_two_normals(shift):
    near, far = RANDOM.normal(size=(2, 3000, 1))
    # The difference of two draws is normal with variance 2.
    between = np.sqrt(2) * (2 * norm.pdf(shift / np.sqrt(2))) + shift * (1 - 2 * norm.cdf(-shift / np.sqrt(2)))
    expected = 1 - 2 / np.sqrt(np.pi) / between

    assert measure("prior", near, far + shift)["prior_distance"] == pytest.approx(expected, abs=0.01)


def test_energy_distance_of_two_points():
    assert measure("prior", np.zeros((3, 2)), np.ones((4, 2))) == {"prior_distance": 1}
    assert measure("prior", np.zeros((3, 2)), np.zeros((4, 2))) == {"prior_distance": 0}


@pytest.mark.parametrize("probe", [linear_probe, neighbor_probe])
def test_a_latent_that_holds_the_label(probe):
    z, noise = RANDOM.normal(size=(400, 2)), RANDOM.normal(size=(400, 2))
    classes, values = np.where(z[:, 0] > 0, "p", "n"), z[:, 0]

    assert probe(z[:200], classes[:200], z[200:], classes[200:]) > 0.9
    assert probe(noise[:200], classes[:200], noise[200:], classes[200:]) == pytest.approx(0.5, abs=0.15)
    assert probe(z[:200], values[:200], z[200:], values[200:], numeric=True) > 0.9
    assert probe(noise[:200], values[:200], noise[200:], values[200:], numeric=True) < 0.1


@pytest.mark.parametrize("probe", [linear_probe, neighbor_probe])
def test_a_single_class_teaches_nothing(probe):
    assert np.isnan(probe(np.zeros((2, 1)), np.array(["a", "a"]), np.zeros((1, 1)), np.array(["b"])))
