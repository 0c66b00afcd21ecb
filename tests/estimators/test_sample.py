"""Rows that are drawn could have been observed, and what cannot be drawn is one clear error."""

import numpy as np
import pandas as pd
import pytest

from semivae import PCA, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.errors import DataError, SettingError
from semivae.models import models

FIT = {"hidden": (16,), "latents": 2, "epochs": 2, "random_state": 0}
RANDOM = np.random.default_rng(0)
ROWS = pd.DataFrame(
    {
        "gain": np.where(RANDOM.random(200) < 0.9, 0, RANDOM.lognormal(8, 1, 200)).astype(int),  # most are zero
        "share": RANDOM.random(200),
        "flat": 5.5,
        "empty": np.nan,
        "shade": RANDOM.choice(["red", "blue"], 200),
    }
)


@pytest.fixture(scope="module")
def embedding():
    with pytest.warns(UserWarning, match="carry no information"):
        return VAEEmbedding(**FIT).fit(ROWS)


def test_draws_stay_in_the_range_that_was_observed(embedding):
    made = embedding.sample(500, random_state=0)

    for name in ("gain", "share", "flat"):
        assert made[name].min() >= ROWS[name].min() and made[name].max() <= ROWS[name].max()

    assert (made["gain"] == 0).mean() > 0.2, "a Gaussian around a small mean falls below zero in many draws"
    assert made["share"].nunique() > 200, "most draws are not touched"


def test_a_column_without_a_value_is_drawn_without_one(embedding):
    assert embedding.sample(5, random_state=0)["empty"].isna().all()
    assert embedding.inverse_transform(np.zeros((2, 2)))["empty"].isna().all()


def test_latents_are_decoded_beyond_the_range_that_was_observed():
    x = RANDOM.normal(size=(100, 3))
    pca = PCA().fit(x)

    assert (pca.inverse_transform([[50.0, 50.0]]) > x.max()).any()
    assert (pca.sample(2000, random_state=0) <= x.max(axis=0)).all()


@pytest.mark.parametrize("n", [0, -1, 2.5, "many"])
def test_numbers_of_rows_that_cannot_be_drawn(embedding, n):
    with pytest.raises(SettingError, match="whole number, at least 1"):
        embedding.sample(n)


def test_labels_that_cannot_be_drawn_by():
    x = RANDOM.normal(size=(40, 2))
    classifier = VAEClassifier(**FIT).fit(x, ["a", "b"] * 20)
    regressor = VAERegressor(**FIT).fit(x, x[:, 0])

    for estimator, one in ((classifier, "a"), (regressor, 1.5)):
        assert estimator.sample(2, [one, one]).shape == (2, 2)

        with pytest.raises(DataError, match="one label, or 3, one a row"):
            estimator.sample(3, [one, one])

        with pytest.raises(DataError, match="missing label"):
            estimator.sample(2, [one, None])

    with pytest.raises(DataError, match="must hold numbers"):
        regressor.sample(2, "a")


LINES = pd.DataFrame({"real": RANDOM.normal(size=60), "shade": RANDOM.choice(["red", "blue"], 60, p=[0.7, 0.3])})
PIXELS = RANDOM.random((60, 4, 4))


def fitted_on(name, x):
    """A model after one epoch, with a class as target if it can have one, and the label to draw by."""

    quick = {"model": name, "hidden": (4,), "latents": 2, "epochs": 1, "random_state": 0, "device": "cpu"}

    if "category" in models[name].targets:
        return VAEClassifier(**quick).fit(x, ["a", "b"] * 30), "a"

    return VAEEmbedding(**quick).fit(x), None


@pytest.mark.parametrize("name", list(models))
def test_rows_without_noise_are_means_at_the_same_latents(name):
    table, y = fitted_on(name, LINES)
    means, again, drawn = (table.sample(400, y, random_state=1, noise=noise) for noise in (False, False, True))

    assert means.equals(again) and not means.equals(drawn)
    assert table.sample(400, y, random_state=1).equals(drawn), "the cells of tables are drawn by default"
    assert 0 < means["real"].std() < drawn["real"].std()
    assert np.corrcoef(means["real"], drawn["real"])[0, 1] > -0.2
    assert set(means["shade"]) <= set(drawn["shade"]) == {"red", "blue"}

    images, y = fitted_on(name, PIXELS)
    means, drawn = (images.sample(50, y, random_state=1, noise=noise) for noise in (False, True))

    np.testing.assert_array_equal(images.sample(50, y, random_state=1), means)
    gray = (means > 0.2) & (means < 0.8)
    noise = (drawn - means)[gray].std()

    assert means.shape == drawn.shape and gray.sum() > 50
    assert noise == pytest.approx(0.1, abs=0.02), "the deviation that a fit starts with; other latents make it 0.2"


@pytest.mark.parametrize("name", list(models))
def test_drawn_latents_can_be_decoded(name):
    model, y = fitted_on(name, LINES)
    z = model.sample_latents(7, y, random_state=1)

    assert z.shape == (7, 2) == model.transform(LINES[:7]).shape and np.isfinite(z).all()
    np.testing.assert_array_equal(z, model.sample_latents(7, y, random_state=1))
    assert len(model.inverse_transform(z, y)) == 7


def test_components_are_drawn_without_noise():
    x = RANDOM.normal(size=(500, 3)) @ np.diag([3.0, 2.0, 1.0])
    pca = PCA(2).fit(x)
    drawn, means = (pca.sample(500, random_state=1, noise=noise) for noise in (True, False))

    np.testing.assert_array_equal(pca.sample(500, random_state=1), drawn)
    z = pca.sample_latents(500, random_state=1)

    assert z.std(axis=0) == pytest.approx([3, 2], rel=0.2)
    np.testing.assert_allclose(means, pca.inverse_transform(z).clip(x.min(axis=0), x.max(axis=0)))
    assert (drawn != means).mean() > 0.9


@pytest.mark.parametrize("noise", [None, 1, "no"])
def test_noise_that_is_no_choice(embedding, noise):
    with pytest.raises(SettingError, match="True, False or 'auto'"):
        embedding.sample(3, noise=noise)
