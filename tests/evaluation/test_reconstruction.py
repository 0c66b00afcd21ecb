"""The explained variance by hand, and beside that of principal components."""

import numpy as np
import pytest

from semivae import PCA, VAEClassifier
from semivae.evaluation import explained_variance, pca_explained, rebuilt

RANDOM = np.random.default_rng(0)


def test_two_rows_by_hand():
    x = np.array([[0.0, 1.0], [2.0, 3.0]])

    assert explained_variance(x, x) == 1
    assert explained_variance(x, np.array([[1.0, 2.0]] * 2)) == 0
    assert explained_variance(x, np.array([[0.0, 2.0], [2.0, 2.0]])) == 0.5
    assert explained_variance(x, 3 - x) == -4


def test_missing_cells_are_left_out():
    x, decoded = RANDOM.normal(size=(50, 3)), RANDOM.normal(size=(50, 3))
    gaps = np.where(np.arange(50)[:, None] < [0, 0, 50], np.nan, x)

    assert explained_variance(gaps, decoded) == pytest.approx(explained_variance(x[:, :2], decoded[:, :2]))


def test_rows_that_are_all_alike_have_no_variance_to_explain():
    assert np.isnan(explained_variance(np.ones((3, 2)), np.ones((3, 2))))


def test_components_explain_their_eigenvalues():
    x = RANDOM.normal(size=(20_000, 3)) * [3, 2, 1]

    assert pca_explained(x[:10_000], x[10_000:], 1) == pytest.approx(9 / 14, abs=0.01)
    assert pca_explained(x[:10_000], x[10_000:], 2) == pytest.approx(13 / 14, abs=0.01)
    assert pca_explained(x[:100], x[10_000:], 9) == pytest.approx(1)


def test_reconstructions_of_pca_are_those_of_the_estimator():
    x = RANDOM.normal(size=(300, 4)) * [4, 3, 2, 1]
    pca = PCA(2).fit(x[:200])

    assert explained_variance(x[200:], rebuilt(pca, x[200:])) == pytest.approx(pca_explained(x[:200], x[200:], 2))


def test_rows_are_rebuilt_with_their_predicted_label():
    x = RANDOM.normal(size=(60, 2))
    quick = {"hidden": (4,), "latents": 2, "epochs": 1, "random_state": 0, "device": "cpu"}
    fitted = VAEClassifier(model="m2", **quick).fit(x, ["a", "b"] * 30)
    z, labels = fitted.transform(x), fitted.predict(x)

    np.testing.assert_array_equal(rebuilt(fitted, x), fitted.inverse_transform(z, labels))
    assert set(labels) == {"a", "b"} and not np.allclose(rebuilt(fitted, x), fitted.inverse_transform(z, "a"))
