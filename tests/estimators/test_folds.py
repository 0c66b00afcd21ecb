"""Cross-validation with partially labeled targets, however the other rows are marked."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score

from semivae import LabeledKFold, VAEClassifier, VAERegressor
from semivae.errors import DataError, SettingError

X = np.random.default_rng(0).normal(size=(90, 3))
CLASSES = np.where(X[:, 0] > 0, 1.0, 0.0)
KNOWN = np.arange(90) % 2 == 0
MODEL = VAEClassifier(epochs=1, hidden=(8,), latents=2, random_state=0)

LABELS = {
    "NaN": np.where(KNOWN, CLASSES, np.nan),
    "None": np.where(KNOWN, CLASSES.astype(int), None),
    "-1": np.where(KNOWN, CLASSES.astype(int), -1),
    "NA": pd.Series(np.where(KNOWN, CLASSES.astype(int), None), dtype="Int64"),
    "text and None": np.where(KNOWN, np.where(CLASSES > 0, "a", "b"), None),
}


@pytest.mark.parametrize("way", LABELS)
def test_every_marker_is_cross_validated(way):
    scores = cross_val_score(MODEL, X, LABELS[way], cv=LabeledKFold(3), error_score="raise")

    assert len(scores) == 3 and np.isfinite(scores).all()


@pytest.mark.parametrize("way", LABELS)
def test_only_labeled_rows_are_tested_and_each_once(way):
    folds = list(LabeledKFold(4).split(X, LABELS[way]))
    shares = [CLASSES[test].mean() for _, test in folds]

    assert np.sort(np.concatenate([test for _, test in folds])).tolist() == np.flatnonzero(KNOWN).tolist()
    assert all(np.isin(np.flatnonzero(~KNOWN), train).all() for train, _ in folds)
    assert all(not np.intersect1d(*fold).size for fold in folds)
    assert max(shares) - min(shares) < 0.1


@pytest.mark.parametrize("way", ["NaN", "None"])
def test_whole_numbers_as_objects_are_scored_with_other_folds_too(way):
    scores = cross_val_score(MODEL, X, LABELS[way], cv=KFold(3), error_score="raise")

    assert np.isfinite(scores).all()


def test_grid_search_and_values():
    search = GridSearchCV(MODEL, {"latents": [1, 2]}, cv=LabeledKFold(2), error_score="raise").fit(X, LABELS["NaN"])
    assert search.best_params_["latents"] in (1, 2)

    values = np.where(KNOWN, X[:, 0], np.nan)
    model = VAERegressor(epochs=1, hidden=(8,), latents=2, random_state=0)
    assert np.isfinite(cross_val_score(model, X, values, cv=LabeledKFold(3), error_score="raise")).all()

    predicted = cross_val_predict(model, X[KNOWN], values[KNOWN], cv=LabeledKFold(3))
    assert np.isfinite(predicted).all()


def test_too_many_or_too_few_folds():
    with pytest.raises(DataError, match="make 2 folds; 5 were asked for"):
        list(LabeledKFold(5).split(X, np.where(np.arange(90) < 4, np.arange(90) % 2, -1)))

    with pytest.raises(SettingError, match="n_splits=1"):
        list(LabeledKFold(1).split(X, LABELS["NaN"]))
