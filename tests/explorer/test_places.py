"""The map: every projection gives places, and places give latents."""

import numpy as np
import pytest

from semivae.explorer.places import placed, projections_for

Z = np.random.default_rng(0).normal(size=(60, 5)) * [3, 2, 1, 1, 1]
CODES = np.repeat([0, 1, 2], 20)


@pytest.mark.parametrize("name", ["variance", "classes", "neighbors"])
def test_rows_are_found_at_their_places(name):
    places = placed(name, Z, CODES)

    assert places.xy.shape == (60, 2)
    assert np.allclose(places.latents(places.xy[:9]), Z[:9], atol=1e-4)
    assert np.allclose(places.of(Z[:9]), places.xy[:9], atol=1e-4)


def test_a_latent_of_two_is_its_own_map():
    places = placed("latent", Z[:, :2])

    assert np.array_equal(places.latents(np.array([[9.0, 9.0]])), [[9.0, 9.0]])
    assert projections_for(Z[:, :2], None) == ["latent"]


def test_a_latent_of_one_is_a_line():
    places = placed("latent", Z[:, :1])

    assert np.array_equal(places.xy[:, 0], Z[:, 0])
    assert np.array_equal(places.latents(np.array([[9.0, 1.0]])), [[9.0]])


def test_classes_lie_apart():
    moved = Z + np.eye(5)[CODES + 2] * 6
    xy = placed("classes", moved, CODES).xy
    centers = np.array([xy[code == CODES].mean(axis=0) for code in range(3)])
    within = max(xy[code == CODES].std() for code in range(3))

    assert min(np.linalg.norm(centers[i] - centers[i - 1]) for i in range(3)) > within


def test_a_new_map_is_turned_onto_the_one_before():
    places = placed("variance", Z)
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])

    assert np.allclose(placed("variance", Z, before=places.xy @ turn).xy, places.xy @ turn)
