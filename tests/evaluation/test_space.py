"""Metrics of a latent on cases that are known in closed form."""

import numpy as np
import pytest
from scipy.stats import norm

from semivae.evaluation import clusters, linear_probe, measure, neighbor_probe, path_lengths

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


def test_a_unit_that_only_rounding_moves_tells_nothing():
    z = RANDOM.normal(size=(50, 2)) * [1, 1e-16]
    test = z + np.array([0, 1e-10])

    assert linear_probe(z, z[:, 0], test, test[:, 0], numeric=True) == pytest.approx(1, abs=1e-3)


def test_paths_of_a_linear_decoder():
    """Its rows change by the gain of the direction, wherever a path is, and evenly."""

    ends = RANDOM.normal(size=(2, 300, 1, 2))
    z = ends[0] + np.linspace(0, 1, 9)[:, None] * (ends[1] - ends[0])
    gains = np.array([3.0, 1.0])
    direction = (ends[1] - ends[0])[:, 0] / np.linalg.norm(ends[1] - ends[0], axis=2)
    found = measure("paths", z * gains, z)

    np.testing.assert_allclose(path_lengths(z * gains, z)[:, 0], np.square(direction * gains).sum(axis=1))
    assert found["path_length"] == pytest.approx((9 + 1) / 2, abs=0.6) and found["path_jump"] == pytest.approx(1)


def test_paths_that_jump():
    z = np.linspace(0, 1, 5)[None, :, None]
    found = measure("paths", np.where(z > 0.5, 1.0, 0.0), z)

    assert found == {"path_length": pytest.approx(16 / 4), "path_jump": pytest.approx(4)}


def test_clusters_of_classes_apart():
    y = np.repeat(["a", "b", "c"], 50)
    z = RANDOM.normal(size=(150, 2)) + np.repeat([[0, 0], [0, 30], [30, 0]], 50, axis=0)

    assert measure("clusters", y, clusters(z, 3)) == pytest.approx({"cluster_nmi": 1, "cluster_ari": 1})

    random = measure("clusters", y, clusters(RANDOM.normal(size=(150, 2)), 3))
    assert random["cluster_nmi"] < 0.1 and random["cluster_ari"] == pytest.approx(0, abs=0.05)
    assert measure("clusters", y, y == "a")["cluster_nmi"] == pytest.approx(2 * 0.6365 / (0.6365 + np.log(3)), abs=1e-3)
