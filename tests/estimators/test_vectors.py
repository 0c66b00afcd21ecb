"""Rows that are vectors go through everything that an estimator does."""

import numpy as np
import pandas as pd
import pytest
import torch
from tests.data.test_vectors import LISTS, N, P, X
from tests.understood import codec_for

import semivae
from semivae import PCA, DataOptions, RecipeOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.data.sentences import embed
from semivae.errors import SettingError
from semivae.evaluation.numbers import Numbers
from semivae.families import choose_data
from semivae.networks.embed import trunk_of

FIT = {"latents": 2, "hidden": (8,), "epochs": 2, "random_state": 0}
TRUTH = (X[:, 0] > np.median(X[:, 0])).astype(int)
Y = np.where(np.arange(N) < 20, TRUTH, -1)
ONE = DataOptions(id_columns="id")


@pytest.fixture(scope="module")
def fitted():
    return VAEClassifier(**FIT).fit(X, Y)


def test_everything_works(fitted):
    latents = fitted.transform(X)

    assert fitted.n_features_in_ == P and fitted.plan_.reads == "rows" and fitted.plan_.likelihood is None
    assert {*fitted.committee_.members} == {"logistic_of_vector", "discriminant", "self_taught"}
    assert fitted.predict_proba(X).shape == (N, 2) and latents.shape == (N, 2)
    assert len(fitted.suggest(X, Y, 3)) == 3 and len(fitted.mislabeled(X, Y))
    assert fitted.explain(X).shape == fitted.features(X).shape == X.shape

    for rows in (fitted.sample(4, random_state=0), fitted.sample(4, 1, noise=False, random_state=0)):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)

    for rows in (fitted.inverse_transform(latents), fitted.denoise(X), fitted.impute(X)):
        assert rows.shape == X.shape and rows.dtype == X.dtype

    for scores in (fitted.score_samples(X), fitted.outlier_scores(X), fitted.rate(X)):
        assert scores.shape == (N,) and np.isfinite(scores).all()


def test_density_is_the_volume_of_the_codec_beside_that_of_the_model(fitted):
    x = fitted.codec_.encode(X)
    model = fitted._evidence(x).log_density - fitted.codec_.log_volume(x)

    np.testing.assert_allclose(fitted.score_samples(X), model - P * np.log(fitted.schema_.x[0].scale), rtol=1e-9)


def test_file_keeps_vectors(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    assert loaded.schema_ == fitted.schema_
    for method in ("predict_proba", "score_samples", "transform"):
        np.testing.assert_array_equal(getattr(loaded, method)(X), getattr(fitted, method)(X))

    assert "From a vector it predicts" in (tmp_path / "model" / "README.md").read_text()


def test_lists_come_back_as_lists():
    fitted = VAEEmbedding(data=ONE, **FIT).fit(LISTS)
    drawn = fitted.sample(3, random_state=0)

    assert list(drawn) == ["meaning"] and drawn["meaning"][0].shape == (P,)
    assert Numbers.of(fitted.schema_, LISTS)(LISTS).shape == (N, P)


def test_number_as_target():
    alone = RecipeOptions(committee=False, calibrate=False)

    assert VAERegressor(recipe=alone, **FIT).fit(X, np.where(np.arange(N) < 30, X[:, 0], np.nan)).predict(X).shape == (
        N,
    )


def test_components():
    pca = PCA(2).fit(X)

    assert pca.inverse_transform(pca.transform(X)).shape == X.shape
    np.testing.assert_allclose(PCA(2, standardize=True).fit(X).score_samples(X), pca.score_samples(X), rtol=1e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"likelihood": "bernoulli"}, "vectors"),
        ({"network": "conv"}, "convolutions read images"),
        ({"data": DataOptions(binarize="threshold")}, "pixels"),
        ({"recipe": RecipeOptions(augmentation=1)}, "images are turned"),
    ],
    ids=["likelihood", "network", "binarize", "augmentation"],
)
def test_options_of_images_are_refused(options, words):
    with pytest.raises(SettingError, match=words):
        VAEClassifier(**{**FIT, **options}).fit(X, Y)


def test_texts_are_read_and_not_generated(monkeypatch):
    vectors = {f"question {i}": X[i] for i in range(N)}
    monkeypatch.setattr(embed, "read", lambda texts: np.stack([vectors[text] for text in texts]))
    embed.known.cache_clear()
    frame = pd.DataFrame({"said": list(vectors)})
    fitted = VAEEmbedding(data=DataOptions(embed="said"), **FIT).fit(frame)

    np.testing.assert_array_equal(fitted.transform(frame), fitted.transform(X))
    assert fitted.sample(3).shape == (3, P), "vectors, as nothing turns them into text"
    assert np.isfinite(fitted.score_samples(fitted.sample(3, random_state=0))).all()
    embed.known.cache_clear()


def test_gradients_of_every_kind_of_row_are_finite():
    codec = codec_for(X)
    family, trunk = choose_data(codec.schema()), trunk_of(codec.variables, conv=False)
    features = torch.zeros(N, family.size, requires_grad=True)
    x = torch.from_numpy(codec.encode(X))
    family(features).log_prob(x).sum().backward()

    assert torch.equal(trunk(x), x) and features.grad is not None and features.grad.isfinite().all()
    assert family(features).sample().shape == x.shape
