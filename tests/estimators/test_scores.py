"""Scores of rows: the same at each call, in any batch and order, with missing cells left out."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits, load_wine

from semivae import PCA, ModelOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.errors import DataError, SchemaError, SettingError
from semivae.estimators.options.grouped import grouped

FIT = {"hidden": (16,), "latents": 3, "epochs": 3, "batch_size": 64, "random_state": 0}
WINE, CLASSES = load_wine(return_X_y=True)
WINE = np.where(np.arange(WINE.size).reshape(WINE.shape) % 19 == 0, np.nan, WINE)
DIGITS, DIGIT = load_digits().images[:150], load_digits().target[:150]
WHOLE = load_wine().data


@pytest.fixture(
    scope="module",
    params=["classifier table", "classifier images", "regressor", "embedding", "ae", "conv", "pca"],
)
def fitted(request):
    """A fitted estimator and its rows."""

    big, three = np.kron(DIGITS, np.ones((1, 2, 2)))[DIGIT < 3], DIGIT[DIGIT < 3]
    fits = {
        "classifier table": lambda: (VAEClassifier(**FIT).fit(WINE, CLASSES), WINE),
        "classifier images": lambda: (VAEClassifier(**FIT).fit(DIGITS, DIGIT), DIGITS),
        "regressor": lambda: (VAERegressor(**FIT).fit(WINE[:, :12], WHOLE[:, 12]), WINE[:, :12]),
        "embedding": lambda: (VAEEmbedding(**FIT).fit(WINE), WINE),
        "ae": lambda: (VAEEmbedding(model="ae", **FIT).fit(WINE), WINE),
        "conv": lambda: (VAEClassifier(network="conv", **FIT | {"batch_size": 8, "epochs": 6}).fit(big, three), big),
        "pca": lambda: (PCA(latents=3).fit(WHOLE), WHOLE),
    }

    return fits[request.param]()


def test_score_is_the_same_at_each_call(fitted):
    estimator, rows = fitted

    np.testing.assert_array_equal(estimator.outlier_score(rows), estimator.outlier_score(rows))
    np.testing.assert_array_equal(estimator.outlier_score(rows), -estimator.score_samples(rows))


def test_score_does_not_depend_on_the_rows_beside(fitted):
    estimator, rows = fitted
    rows = rows[:40]
    scores = estimator.outlier_score(rows)
    order = np.random.default_rng(0).permutation(40)

    np.testing.assert_allclose(estimator.outlier_score(rows[order]), scores[order], rtol=1e-11)
    np.testing.assert_allclose(estimator.outlier_score(rows[:7]), scores[:7], rtol=1e-11)
    np.testing.assert_allclose(estimator.outlier_score(rows[3:4]), scores[3:4], rtol=1e-11)

    if rows.ndim == 2:  # more rows than one pass takes
        np.testing.assert_allclose(estimator.outlier_score(np.concatenate([rows] * 14))[-40:], scores, rtol=1e-11)


def test_codes_do_not_depend_on_the_rows_beside(fitted):
    estimator, rows = fitted
    codes = estimator.transform(rows)
    alone = np.concatenate([estimator.transform(row[None]) for row in rows[:5]])

    np.testing.assert_allclose(alone, codes[:5], rtol=1e-10, atol=1e-12)
    assert codes.shape == (len(rows), 3)


def test_strange_rows_score_higher(fitted):
    estimator, rows = fitted
    rng = np.random.default_rng(0)
    strange = rng.permuted(rows, axis=0) if rows.ndim > 2 else rows + 8 * np.nanstd(rows, axis=0)

    assert np.median(estimator.outlier_score(strange)) > np.median(estimator.outlier_score(rows))


def test_latents_decode_to_rows(fitted):
    estimator, rows = fitted
    mean, deviation = estimator.encode(rows[:9])
    decoded = estimator.inverse_transform(mean)

    assert mean.shape == deviation.shape == (9, 3) and (deviation >= 0).all()
    assert decoded.shape == rows[:9].shape and np.isfinite(decoded).all()
    assert estimator.sample(4, random_state=0).shape == (4, *rows.shape[1:])
    np.testing.assert_array_equal(estimator.sample(4, random_state=0), estimator.sample(4, random_state=0))
    assert not np.array_equal(estimator.sample(4, random_state=0), estimator.sample(4, random_state=1))


def test_missing_cells_are_fitted_and_scored():
    estimator = VAEClassifier(**FIT).fit(WINE, CLASSES)
    blank = np.full((1, 13), np.nan)

    assert all(value.isfinite().all() for value in estimator.model_.state_dict().values())
    assert np.isfinite(estimator.score_samples(WINE)).all() and np.isfinite(estimator.predict_proba(WINE)).all()
    assert abs(estimator.score_samples(blank)[0]) < 30, "a row without a cell has probability one"


def test_missing_cell_is_not_taken_for_the_mean():
    """The encoder is told of a missing cell; where the fit missed none, so that it cannot be, the user is."""

    whole = VAEClassifier(**FIT).fit(WHOLE, CLASSES)

    with pytest.warns(UserWarning, match="'x3'"):
        whole.predict(np.where(np.arange(13) == 3, np.nan, WHOLE))

    estimator = VAEClassifier(**FIT).fit(WINE, CLASSES)
    mean = np.nanmean(WINE, axis=0)[None]

    for column in (0, 12):
        gone = mean.copy()
        gone[0, column] = np.nan
        assert not np.allclose(estimator.predict_proba(gone), estimator.predict_proba(mean), atol=1e-9)


def test_unseen_category_is_named_and_missing():
    frame = pd.DataFrame({"mass": np.arange(30.0), "color": ["red", "green", None] * 10})
    estimator = VAEClassifier(**FIT).fit(frame, [0, 1, -1] * 10)
    expected = estimator.predict_proba(frame)

    with pytest.warns(UserWarning, match=r"'color' .* 10 of 30 rows, taken as missing: 'violet'"):
        found = estimator.predict_proba(frame.fillna({"color": "violet"}))

    np.testing.assert_array_equal(found, expected)

    with pytest.raises(SchemaError, match=r"(?i)color"):
        estimator.predict(frame[["mass"]])


def test_unseen_class_is_named():
    estimator = VAEClassifier(**FIT).fit(WINE, CLASSES)

    with pytest.raises(SchemaError, match="7"):
        estimator.sample(2, y=7)


def test_label_to_sample_from_must_be_known():
    """A missing label in `y` is not silently the last class."""

    estimator = VAEClassifier(**FIT).fit(WINE, CLASSES)

    for y in ([0, None, 1], [0, np.nan, 1]):
        with pytest.raises(DataError, match="label"):
            estimator.sample(3, y=y)


def test_what_cannot_work_is_named():
    embedding = VAEEmbedding(**FIT).fit(WHOLE)

    with pytest.raises(SettingError, match="without a target"):
        embedding.sample(2, y=1)

    with pytest.raises(DataError, match="3 latents"):
        embedding.inverse_transform(np.zeros((2, 5)))

    with pytest.raises(SettingError, match="'m2'"):
        VAEClassifier(model="vae", **FIT).fit(WHOLE, CLASSES)

    for name, value in (
        ("latents", 0),
        ("hidden", ()),
        ("epochs", 0),
        ("alpha", -1),
        ("network", "rnn"),
        ("precision", 16),
    ):
        with pytest.raises(SettingError, match=f"{name}="):
            VAEClassifier(**grouped(VAEClassifier, FIT | {name: value})).fit(WHOLE, CLASSES)


def test_numbers_of_numpy_are_numbers():
    """As a search over `np.arange` and `np.logspace` gives them."""

    numpy = {
        "latents": np.int64(3),
        "epochs": np.int64(3),
        "batch_size": np.int32(64),
        "hidden": (np.int64(16),),
        "model": ModelOptions(scale=np.float32(0.5)),
    }
    plain = FIT | {"model": ModelOptions(scale=0.5)}
    one, other = (VAEClassifier(**FIT | changed).fit(WINE, CLASSES) for changed in (numpy, plain))

    assert all(map(torch.equal, one.model_.state_dict().values(), other.model_.state_dict().values()))
