"""Estimators on streams: the same model as in memory, the same answers, and no more memory for more rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine

from semivae import (
    PCA,
    RecipeOptions,
    TrainingOptions,
    VAEClassifier,
    VAEEmbedding,
    VAEPredictor,
    VAERegressor,
    load,
    stream,
)
from semivae.errors import DataError, SettingError
from semivae.estimators.rows.streamed import sample_stream

FEW = {"epochs": 2, "hidden": (8,), "latents": 2, "random_state": 0}


@pytest.fixture(scope="module")
def wine():
    """The wines of scikit-learn with a category, a missing cell, and every fourth label."""

    frame = load_wine(as_frame=True).frame
    frame["strong"] = np.where(frame["alcohol"] > 13, "yes", "no")
    frame.loc[3, "ash"] = np.nan
    order = np.random.default_rng(0).permutation(len(frame))

    return frame.iloc[order].reset_index(drop=True)


@pytest.fixture
def partly(wine):
    return wine["target"].astype("Int64").where(np.arange(len(wine)) % 4 == 0)


@pytest.fixture
def rows(wine, partly, tmp_path, monkeypatch):
    """The wines as a stream of two files in blocks of at most 50 rows."""

    monkeypatch.setattr("semivae.data.stream.blocks.MOST_ROWS", 50)
    folder = tmp_path / "wine"
    folder.mkdir()
    frame = wine.assign(target=partly)
    frame.iloc[:100].to_parquet(folder / "0.parquet", row_group_size=40)
    frame.iloc[100:].to_parquet(folder / "1.parquet")

    return stream(folder, "target", cache=tmp_path / "cache")


def test_a_fit_of_a_stream_is_one_of_its_rows(rows, wine, partly, tmp_path):
    x = wine.drop(columns="target")
    # The densities of its fits differ least: by 0.1 with another seed, and those of the default by 1.
    fitted = VAEClassifier("m2", epochs=60, random_state=0).fit(rows)
    known = VAEClassifier("m2", epochs=60, recipe=RecipeOptions(neighbors=0), random_state=0).fit(x, partly)
    hidden = partly.isna()

    assert fitted.schema_.y == known.schema_.y
    assert fitted.counts_ == known.counts_ and fitted.n_labeled_ == known.n_labeled_
    assert fitted.n_unlabeled_ == known.n_unlabeled_
    assert list(fitted.feature_names_in_) == list(known.feature_names_in_)
    np.testing.assert_allclose(fitted.codec_.encode(x), known.codec_.encode(x), rtol=1e-9, atol=1e-12)

    scores = [(model.predict(x)[hidden] == wine["target"][hidden]).mean() for model in (fitted, known)]
    assert min(scores) > 0.9 and abs(scores[0] - scores[1]) < 0.05
    assert fitted.score_samples(x).mean() == pytest.approx(known.score_samples(x).mean(), abs=0.5)

    fitted.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").predict_proba(x), fitted.predict_proba(x))


def test_answers_for_a_stream_are_those_for_its_rows(rows, wine):
    x = wine.drop(columns="target")
    model = VAEClassifier(**FEW).fit(rows)

    assert (model.predict(rows) == model.predict(x)).all()

    for method in ("predict_proba", "transform", "score_samples", "outlier_score", "features"):
        np.testing.assert_allclose(getattr(model, method)(rows), getattr(model, method)(x), rtol=1e-9, atol=1e-12)

    for found, expected in zip(model.encode(rows), model.encode(x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_fit_of_a_stream_is_the_same_at_each_call(rows, wine):
    models = [VAEClassifier(**FEW).fit(rows) for _ in range(2)]
    answers = [model.predict_proba(wine.drop(columns="target")) for model in models]

    np.testing.assert_array_equal(*answers)


def test_regressors_and_embeddings_take_streams(rows, wine):
    strength = stream(rows.path, "alcohol", cache=rows.cache)
    values = VAERegressor(**FEW).fit(strength)
    plain = VAEEmbedding(**FEW).fit(rows)

    assert values.n_labeled_ == len(wine) and values.predict(strength).shape == (len(wine),)
    assert plain.n_unlabeled_ == len(wine) and plain.schema_.y is None and "target" not in plain.codec_.names


def test_several_targets_of_a_stream_are_those_of_its_rows(rows, wine, partly):
    both = stream(rows.path, ["target", "alcohol"], cache=rows.cache)
    model, known = VAEPredictor(**FEW).fit(both), VAEPredictor(**FEW)
    known.fit(wine.drop(columns=["target", "alcohol"]), wine.assign(target=partly)[["target", "alcohol"]])

    assert [part.classes for part in model.schema_.targets] == [(0, 1, 2), ()]
    assert model.counts_ == known.counts_ and (model.n_labeled_, model.n_unlabeled_) == (len(wine), 0)
    assert list(model.predict(both)) == ["target", "alcohol"] and len(model.predict(both)) == len(wine)

    _, y = sample_stream(model, both, 1000, 0, seed=0)
    assert y["target"].notna().sum() == partly.notna().sum()
    np.testing.assert_allclose(np.sort(y["alcohol"]), np.sort(wine["alcohol"]), rtol=1e-6)

    with pytest.raises(DataError, match="use VAEPredictor"):
        VAEClassifier(**FEW).fit(both)


def test_a_stream_of_an_array_gives_a_model_of_arrays(tmp_path):
    x = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    model = VAEEmbedding(**FEW).fit(stream(tmp_path / "x.npy", cache=tmp_path / "cache"))

    assert model.n_features_in_ == 3 and not hasattr(model, "feature_names_in_")
    np.testing.assert_allclose(model.transform(stream(tmp_path / "x.npy")), model.transform(x), rtol=1e-9)


def test_rows_of_a_stream_can_be_drawn_again(rows, wine, partly):
    model = VAEClassifier(**FEW).fit(rows)
    x, y = sample_stream(model, rows, 1000, 20, seed=0)
    labeled = pd.notna(y)

    assert labeled.sum() == model.n_labeled_ and (~labeled).sum() == 20
    assert list(x) == list(model.feature_names_in_)

    merged = x.round(3).merge(wine.assign(given=partly).round(3), on=["alcohol", "proline", "hue", "color_intensity"])
    assert len(merged) >= len(x)
    few, _ = sample_stream(model, rows, 5, 5, seed=0)
    assert len(few) == 10 and set(few["strong"]) <= {"yes", "no"}


def test_what_a_stream_cannot_do_is_refused(rows, partly):
    with pytest.raises(DataError, match="y was given beside a stream"):
        VAEClassifier(**FEW).fit(rows, partly)

    with pytest.raises(DataError, match="no target"):
        VAERegressor(**FEW).fit(stream(rows.path))

    with pytest.raises(SettingError, match="early_stopping"):
        VAEClassifier(training=TrainingOptions(early_stopping=True)).fit(rows)

    with pytest.raises(SettingError, match="PCA was given a stream"):
        PCA().fit(rows)

    with pytest.raises(SettingError, match="target='NAME'"):
        stream(rows.path, labels="labels.csv")

    with pytest.raises(DataError, match="has no 'nope'"):
        stream(rows.path, "nope")
