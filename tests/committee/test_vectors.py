"""Linear classifiers of vectors against scikit-learn's, with few labels."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from semivae.committee.vectors import discriminant, folds, logistic_of_vector, one_scale, ridge_of_vector, self_taught

RANDOM = np.random.default_rng(0)
CENTERS = RANDOM.normal(size=(3, 64))


def vectors(codes):
    rows = CENTERS[codes] + 2.5 * RANDOM.normal(size=(len(codes), 64)) + 1

    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


Y, OTHERS = np.arange(45) % 3, RANDOM.integers(0, 3, 400)
X, NEW = vectors(Y), vectors(OTHERS)
EVERYTHING = np.concatenate([X, NEW])


def loss(chances):
    return -np.log(chances[np.arange(len(OTHERS)), OTHERS].clip(1e-12)).mean()


@pytest.mark.parametrize("learn", [logistic_of_vector, discriminant, self_taught])
def test_as_strong_as_a_logistic_regression(learn):
    usual = LogisticRegression(C=10).fit(X, Y).predict_proba(NEW)
    found = learn(X, Y, EVERYTHING, 0).predict(NEW)

    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert (found.argmax(axis=1) == OTHERS).mean() >= (usual.argmax(axis=1) == OTHERS).mean() - 0.02
    assert loss(found) <= loss(usual) + 0.05


@pytest.mark.parametrize("learn", [logistic_of_vector, discriminant, self_taught])
@pytest.mark.parametrize("count", [2, 3])
def test_one_label_a_class(learn, count):
    codes = np.arange(count)
    found = learn(X[:count], codes, EVERYTHING, 0).predict(X[:count])

    assert found.shape == (count, count) and (found.argmax(axis=1) == codes).all()


def test_units_do_not_matter():
    one, other = (logistic_of_vector(f * X + s, Y, f * EVERYTHING + s, 0) for f, s in ((1, 0), (100, 7)))

    np.testing.assert_allclose(one.predict(NEW), other.predict(100 * NEW + 7), atol=1e-3)


def test_unlabeled_vectors_count():
    alone, taught = (self_taught(X, Y, rows, 0).predict(NEW) for rows in (X, EVERYTHING))

    assert loss(taught) < loss(alone)


def test_every_class_of_a_tested_label_is_trained():
    y = np.array([0, 0, 0, 0, 1, 1, 2])

    for train, test in folds(y, 0):
        assert {*y[test]} <= {*y[train]} and not {*train} & {*test}


def test_scale_is_one():
    center, scale = one_scale(X)

    assert len(set(scale)) == 1
    assert np.square((X - center) / scale).sum(axis=1).mean() == pytest.approx(1)


def test_sparse_rows_need_no_center():
    """The intercept takes its place, at the same scale."""

    rows = EVERYTHING - EVERYTHING.mean(axis=0)
    x, new = X - EVERYTHING.mean(axis=0), NEW - EVERYTHING.mean(axis=0)

    for learn, y in ((logistic_of_vector, Y), (self_taught, Y), (ridge_of_vector, Y.astype(float))):
        found = learn(csr_matrix(x), y, csr_matrix(rows), 0).predict(csr_matrix(new))
        np.testing.assert_allclose(found, learn(x, y, rows, 0).predict(new), rtol=1e-3, atol=1e-3)


def test_a_ridge_regression_finds_a_line():
    weight = np.random.default_rng(1).normal(size=X.shape[1])
    found = ridge_of_vector(EVERYTHING, EVERYTHING @ weight + 3, EVERYTHING, 0).predict(NEW)

    np.testing.assert_allclose(found[:, 0], NEW @ weight + 3, atol=0.1)
