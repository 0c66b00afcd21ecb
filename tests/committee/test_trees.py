"""Trees as arrays answer as scikit-learn does."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor

from semivae.committee.trees import Trees

RANDOM = np.random.default_rng(0)
X, NEW = RANDOM.normal(size=(60, 5)), RANDOM.normal(size=(40, 5))
Y = np.argmax(X[:, :3], axis=1)


@pytest.mark.parametrize("forest", [RandomForestClassifier, ExtraTreesClassifier])
def test_classes(forest):
    found = forest(20, random_state=0).fit(X, Y)

    np.testing.assert_allclose(Trees.of(found).predict(NEW), found.predict_proba(NEW), atol=1e-12)


@pytest.mark.parametrize("forest", [RandomForestRegressor, ExtraTreesRegressor])
def test_numbers(forest):
    found = forest(20, random_state=0).fit(X, X[:, 0])

    np.testing.assert_allclose(Trees.of(found).predict(NEW)[:, 0], found.predict(NEW), atol=1e-12)


def test_no_row():
    assert Trees.of(RandomForestClassifier(2).fit(X, Y)).predict(X[:0]).shape == (0, 3)


def test_a_circle_is_refused():
    trees = Trees.of(RandomForestClassifier(2, random_state=0).fit(X, Y))
    assert trees.problem(5, 3) is None

    trees.left[0, 1:] = 0
    assert trees.problem(5, 3) == "a node leads nowhere"


@pytest.mark.parametrize(("width", "outputs"), [(1, 3), (5, 4)])
def test_other_rows_are_refused(width, outputs):
    assert Trees.of(RandomForestClassifier(2, random_state=0).fit(X, Y)).problem(width, outputs)
