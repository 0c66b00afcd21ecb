"""Suggestions of fitted estimators: the rows without a label, with the doubt of their own target."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from semivae import VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
from semivae.errors import DataError

X, Y = load_iris(return_X_y=True)
KNOWN = np.arange(150) % 10 == 0
TINY = {"epochs": 1, "hidden": (4,), "latents": 2, "random_state": 0}


@pytest.fixture(scope="module")
def classifier():
    return VAEClassifier(**TINY).fit(X, np.where(KNOWN, Y, -1))


def test_classifier_names_rows_without_a_label(classifier):
    found = classifier.suggest(X, np.where(KNOWN, Y, -1), n=7)

    assert list(found) == ["row", "score", "doubt", "stands_for", "reason"]
    assert len(found) == 7 and not KNOWN[found["row"]].any()
    assert found["score"].is_monotonic_decreasing
    pd.testing.assert_frame_equal(found, classifier.suggest(X, np.where(KNOWN, Y, -1), n=7))


def test_labels_of_new_classes_count_as_labels(classifier):
    found = classifier.suggest(X, np.where(KNOWN, "new", None), n=150)

    assert len(found) == (~KNOWN).sum()


def test_rows_that_all_have_labels(classifier):
    with pytest.raises(DataError, match="all 150 rows have a label"):
        classifier.suggest(X, Y)


def test_without_labels_every_estimator_suggests(classifier):
    embedding = VAEEmbedding(**TINY).fit(X)

    assert len(embedding.suggest(X, n=3)) == len(classifier.suggest(X, n=3)) == 3
    assert (embedding.suggest(X, n=3)["doubt"] == 1).all()


def test_numbers_and_several_targets():
    widths = np.where(KNOWN, X[:, 3], np.nan)
    table = pd.DataFrame({"kind": pd.Series(Y).map(str).where(KNOWN), "width": widths})
    regressor = VAERegressor(**TINY).fit(X[:, :3], widths)
    predictor = VAEPredictor(**TINY).fit(X[:, :3], table)

    for found in (regressor.suggest(X[:, :3], widths, 4), predictor.suggest(X[:, :3], table, 4)):
        assert len(found) == 4 and not KNOWN[found["row"]].any()
