"""Missing cells are filled, and nothing else; a row is filled in the same way in any batch."""

import numpy as np
import pandas as pd
import pytest

from semivae import VAEClassifier, VAEEmbedding, VAERegressor
from semivae.errors import DataError, SettingError

QUICK = {"epochs": 1, "hidden": (4,), "latents": 2, "random_state": 0, "device": "cpu"}
RANDOM = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "number": RANDOM.normal(50, 9, 40),
        "whole": RANDOM.integers(0, 30, 40),
        "color": pd.Categorical(np.where(RANDOM.random(40) < 0.5, "red", "blue")),
        "yes": np.where(RANDOM.random(40) < 0.5, "yes", "no"),
    }
)
Y = np.where(np.arange(40) % 2 == 0, TABLE["number"] > 50, -1)
HOLES = RANDOM.random(TABLE.shape) < 0.3
ROWS = TABLE.mask(HOLES).set_axis(np.arange(40) + 7)
IMAGES = RANDOM.random((12, 4, 4))


def number(X):
    return np.where(np.arange(40) % 2 == 0, TABLE["number"], np.nan)


@pytest.fixture(scope="module", params=["vae", "m2", "real", "complete"])
def model(request):
    """A model, of a fit with missing cells or without."""

    if request.param == "vae":
        return VAEEmbedding(**QUICK).fit(ROWS)

    if request.param == "complete":
        return VAEEmbedding(**QUICK).fit(TABLE)

    if request.param == "real":
        return VAERegressor(**QUICK).fit(ROWS, number(ROWS))

    return VAEClassifier(model=request.param, **QUICK).fit(ROWS, Y)


def test_only_missing_cells_are_filled_alike_in_any_batch(model):
    found = model.impute(ROWS)

    assert not found.isna().any(axis=None) and found.index.equals(ROWS.index)
    pd.testing.assert_frame_equal(found.mask(HOLES), ROWS, check_dtype=False, check_categorical=False)
    assert found["number"].between(TABLE["number"].min(), TABLE["number"].max()).all()
    assert set(found["color"]) <= {"red", "blue"} and (found["whole"] % 1 == 0).all()
    pd.testing.assert_frame_equal(found.iloc[[9, 3, 4]], model.impute(ROWS.iloc[[9, 3, 4]]))


def test_draws_differ_and_lie_in_intervals():
    model = VAEEmbedding(**QUICK).fit(ROWS)
    one, two = model.impute(ROWS, draws=2)
    other, _ = model.impute(ROWS.iloc[[9, 3]], draws=2)
    low, high = model.impute_interval(ROWS, 0.98)
    holes = HOLES[:, 0]

    assert not np.allclose(one["number"][holes], two["number"][holes])
    assert one["number"].between(low["number"], high["number"]).mean() > 0.8
    pd.testing.assert_frame_equal(one.iloc[[9, 3]], other)
    assert not one.equals(model.impute(ROWS, draws=2, random_state=1)[0])
    assert list(model.denoise(ROWS)) == list(TABLE)


def test_arrays_and_images():
    rows = RANDOM.normal(size=(30, 3))
    holes = RANDOM.random(rows.shape) < 0.2
    found = VAEEmbedding(**QUICK).fit(rows).impute(np.where(holes, np.nan, rows))

    np.testing.assert_array_equal(found[~holes], rows[~holes])
    assert np.isfinite(found).all()

    painter = VAEEmbedding(**QUICK).fit(IMAGES)
    mask = np.zeros(IMAGES.shape, dtype=bool)
    mask[:, 2:] = True
    found = painter.impute(IMAGES, missing=mask)

    np.testing.assert_array_equal(found[~mask], IMAGES[~mask])
    np.testing.assert_array_equal(found, painter.impute(np.where(mask, np.nan, IMAGES)))
    np.testing.assert_array_equal(found, painter.impute(np.where(mask, 0.9, IMAGES), missing=mask))

    with pytest.raises(DataError, match="missing has shape"):
        painter.impute(IMAGES, missing=mask[0])


def test_wrong_wishes():
    model = VAEEmbedding(**QUICK).fit(TABLE)

    for call in (
        lambda: model.impute(ROWS, draws=0),
        lambda: model.impute(ROWS, missing=HOLES),
        lambda: model.impute_interval(ROWS, 1.0),
        lambda: VAEEmbedding(model="ae", **QUICK).fit(TABLE).impute(ROWS),
    ):
        with pytest.raises(SettingError):
            call()


def test_only_rows_that_lack_something_take_time(monkeypatch):
    from semivae.estimators import imputed

    asked = []
    given = imputed.cells_given
    monkeypatch.setattr(imputed, "cells_given", lambda model, x, *more: asked.append(len(x)) or given(model, x, *more))
    fitted = VAEEmbedding(**QUICK).fit(ROWS)
    whole = ROWS.dropna()
    pd.testing.assert_frame_equal(fitted.impute(whole), whole)
    filled = fitted.impute(ROWS)

    assert asked == [len(ROWS) - len(whole)] and filled.notna().all(axis=None)
