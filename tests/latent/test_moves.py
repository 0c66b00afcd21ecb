"""Directions, paths and clusters have their known answers."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from semivae.errors import DataError, SettingError
from semivae.latent import (
    Space,
    attribute,
    cluster,
    edit,
    geodesic,
    grid,
    length,
    orthogonal,
    spherical,
    straight,
    swap,
    traversal,
)

RANDOM = np.random.default_rng(0)
Z = RANDOM.normal(size=(500, 3))
ROWS = Z @ RANDOM.normal(size=(3, 6))
SPACE = Space(PCA(3).fit(ROWS), ROWS)


class Ring:
    """A latent in the plane, whose decoder bends away from the origin."""

    def transform(self, X):
        return X[:, :2]

    def inverse_transform(self, X):
        return np.concatenate([X, 6 * np.exp(-np.square(X).sum(axis=1, keepdims=True))], axis=1)


@pytest.mark.parametrize("method", ["mean", "linear"])
def test_direction_of_a_mask_and_of_a_number(method):
    for y in (Z[:, 0] > 0, Z[:, 0]):
        found = attribute(Z, y, method=method)

        assert found.vector[0] > 0.98 and np.linalg.norm(found.vector) == pytest.approx(1)
        assert found.spread == pytest.approx(1, abs=0.1)


def test_linear_leaves_out_what_only_goes_along():
    along = Z.copy()
    along[:, 1] = Z[:, 0] + 0.3 * Z[:, 1]

    assert attribute(along, Z[:, 0], method="linear").vector[0] > 0.99
    assert attribute(along, Z[:, 0], method="mean").vector[1] > 0.5


def test_orthogonal_directions_leave_each_other_alone():
    first = attribute(Z, Z[:, 0] + Z[:, 1], "first")
    second = attribute(Z, Z[:, 1], "second")
    found = orthogonal([first, second], Z)

    assert found[0].vector @ second.vector == pytest.approx(0) == found[1].vector @ first.vector
    assert found[0].vector @ first.vector > 0

    with pytest.raises(DataError, match="follows from the other"):
        orthogonal([first, first], Z)

    with pytest.raises(DataError, match="rows with and rows without"):
        attribute(Z, np.ones(500, bool))


def test_edited_rows_move_by_the_amount():
    growing = attribute(SPACE.latents, ROWS[:, 0], "x0", "linear")
    amounts = np.linspace(-2, 2, 500)
    moved = edit(SPACE, ROWS, growing, amounts)

    assert (np.diff(edit(SPACE, ROWS[[0] * 9], growing, np.linspace(-2, 2, 9))[:, 0]) > 0).all()
    np.testing.assert_allclose((SPACE.encode(moved) - SPACE.latents) @ growing.vector, amounts * growing.spread)


def test_grid_has_the_row_in_its_middle():
    first, second = (attribute(SPACE.latents, ROWS[:, i]) for i in (0, 1))
    rows = grid(SPACE, ROWS[3:4], first, second, [-1.0, 0.0, 1.0])

    assert rows.shape == (9, 6)
    np.testing.assert_allclose(rows[4], ROWS[3])
    np.testing.assert_allclose(rows[5], edit(SPACE, ROWS[3:4], second, 1.0)[0])


def test_label_that_changes_nothing_is_refused():
    with pytest.raises(SettingError, match="changes no row"):
        swap(SPACE, ROWS, 1)


def test_straight_and_spherical_paths():
    start, end = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    path = spherical(start, 3 * end, 5)

    np.testing.assert_allclose(np.linalg.norm(spherical(start, end, 9), axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), [1, 1.5, 2, 2.5, 3])
    np.testing.assert_allclose(path[[0, -1]], [start, 3 * end])
    np.testing.assert_allclose(straight(start, end, 3)[1], [0.5, 0.5, 0])
    np.testing.assert_allclose(spherical(start, -start, 3), straight(start, -start, 3))


def test_geodesic_of_a_linear_decoder_is_straight():
    start, end = SPACE.latents[:2]

    np.testing.assert_allclose(geodesic(SPACE, start, end), straight(start, end, 12), atol=1e-8)


def test_geodesic_goes_around_a_hill():
    rows = Ring().inverse_transform(RANDOM.normal(size=(200, 2)))
    space = Space(Ring(), rows)
    start, end = np.array([-1.5, 0.1]), np.array([1.5, 0.1])
    path = geodesic(space, start, end)

    np.testing.assert_array_equal(path[[0, -1]], [start, end])
    assert np.abs(path[:, 1]).max() > 0.8
    assert length(space, path) < 0.9 * length(space, straight(start, end))


def test_traversal_goes_through_the_quantiles():
    path = traversal(SPACE, SPACE.latents[0], 1, points=3, share=0.5)

    np.testing.assert_allclose(path[:, 1], np.quantile(SPACE.latents[:, 1], [0.25, 0.5, 0.75]))
    np.testing.assert_array_equal(path[:, [0, 2]], SPACE.latents[[0] * 3][:, [0, 2]])


@pytest.mark.parametrize("method", ["mixture", "k-means"])
def test_three_clusters_are_found(method):
    classes = np.repeat([0, 1, 2], [150, 100, 50])
    z = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])[classes] + RANDOM.normal(size=(300, 2))
    found = cluster(z, method=method, most=5)

    assert found.count == 3 and found.codes.tolist() == classes.tolist(), "the largest comes first"
    assert found.agreement(classes, np.arange(300) % 2 == 0) == {"nmi": pytest.approx(1), "ari": pytest.approx(1)}
    assert found.agreement(classes, np.zeros(300, bool)) == {}
    assert cluster(z, 2, method).count == 2

    with pytest.raises(SettingError, match="300 rows have 1 to 300"):
        cluster(z, 301, method)
