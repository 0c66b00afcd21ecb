"""Outlier scores of fitted estimators, with and without known outliers, before and after they are saved."""

import numpy as np
import pandas as pd
import pytest

from semivae import VAEClassifier, VAEEmbedding, load
from semivae.errors import DataError, SettingError
from semivae.trust.outliers import METHODS

QUICK = {"epochs": 3, "hidden": (8,), "latents": 2, "random_state": 0, "device": "cpu"}
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(200, 3))
CODES = np.where(np.arange(200) % 4 == 0, (ROWS[:, 0] > 0).astype(int), -1)
ODD = np.array([[9.0, -9.0, 9.0], [40.0, 40.0, 40.0]])


@pytest.fixture(scope="module")
def embedding():
    return VAEEmbedding(**QUICK).fit(ROWS)


@pytest.mark.parametrize("method", METHODS)
def test_scores_are_higher_for_odd_rows_and_the_same_in_any_batch(embedding, method):
    scores = embedding.outlier_scores(np.concatenate([ROWS, ODD]), method)

    assert scores.shape == (202,) and np.isfinite(scores).all()
    assert method == "distance" or scores[200:].min() > np.quantile(scores[:200], 0.95)
    assert np.array_equal(embedding.outlier_scores(ROWS[5:6], method), scores[5:6])


def test_density_is_the_outlier_score(embedding):
    assert np.array_equal(embedding.outlier_scores(ROWS, "density"), embedding.outlier_score(ROWS))


def test_known_outliers_stay_out_of_the_fit_and_raise_others_like_them():
    like = np.array([0.2, 0.1, 2.2]) + 0.1 * RANDOM.normal(size=(25, 3))
    rows, marks = np.concatenate([ROWS, like[:5]]), np.arange(205) >= 200
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    plain = VAEClassifier(**QUICK).fit(frame[:200], CODES)
    taught = VAEClassifier(**QUICK).fit(frame, np.concatenate([CODES, np.zeros(5, int)]), outliers=marks)
    new = pd.DataFrame(like[5:], columns=["a", "b", "c"])
    places = [np.mean(one.outlier_scores(new)[:, None] > one.outlier_scores(frame[:200])) for one in (plain, taught)]

    assert taught.n_labeled_ == 50 and taught.n_unlabeled_ == 150
    assert np.array_equal(plain.transform(new), taught.transform(new))
    assert places[1] > places[0] + 0.03


def test_saved_scores_are_the_same(embedding, tmp_path):
    embedding.learn_outliers(ODD, ROWS)
    embedding.save(tmp_path / "m")
    again = load(tmp_path / "m")
    taught = embedding.outlier_scores(ROWS)
    embedding.known_outliers_ = None

    assert np.array_equal(again.outlier_scores(ROWS), taught)
    assert not np.array_equal(embedding.outlier_scores(ROWS), taught)


def test_wrong_marks_and_methods_are_refused(embedding):
    with pytest.raises(DataError, match="one mark a row"):
        VAEEmbedding(**QUICK).fit(ROWS, outliers=[1, 0])

    with pytest.raises(DataError, match="at least one of both"):
        embedding.learn_outliers(ROWS[:0], ROWS)

    with pytest.raises(SettingError, match="one of auto, density"):
        embedding.outlier_scores(ROWS, "best")
