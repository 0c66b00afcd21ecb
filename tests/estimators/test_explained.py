"""The parts of cells in the density of rows: a planted cell, missing cells, batches, labels and images."""

from typing import Any

import numpy as np
import pytest

from semivae import ModelOptions, RecipeOptions, VAEClassifier, VAEEmbedding

FIT: dict[str, Any] = {"hidden": (8,), "latents": 2, "epochs": 2, "random_state": 0}
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(240, 6)) * [1, 2, 3, 4, 5, 6] + 10


@pytest.fixture(scope="module")
def fitted():
    """A model of independent columns."""

    return VAEEmbedding(**FIT | {"epochs": 60, "learning_rate": 0.01}, model="vae").fit(ROWS)


def test_planted_cell_is_named_first(fitted):
    rows = ROWS[:60].copy()
    columns = np.arange(60) % 6
    rows[np.arange(60), columns] += 8 * np.array([1, 2, 3, 4, 5, 6])[columns]
    found = fitted.explain(rows)

    assert (found.to_numpy().argmin(axis=1) == columns).mean() == 1
    assert found.min(axis=1).max() < -5


def test_usual_rows_are_usual(fitted):
    for reference in (None, ROWS):
        assert np.abs(fitted.explain(ROWS, reference).mean()).max() < 0.3


def test_parts_do_not_depend_on_the_batch_and_missing_cells_say_nothing(fitted):
    rows = ROWS.copy()
    rows[3, 2] = np.nan

    with pytest.warns(UserWarning, match="missing"):
        whole, alone = fitted.explain(rows), fitted.explain(rows[3:4])

    assert np.array_equal(whole.iloc[3], alone.iloc[0]) and whole.iloc[3, 2] == 0


def test_label_of_a_row_reaches_the_decoder():
    y = np.where(RANDOM.random(240) < 0.5, ROWS[:, 0] > 10, -1)

    for model in ("m2", "gmvae"):
        found = VAEClassifier(**FIT, model=model, recipe=RecipeOptions(calibrate=False)).fit(ROWS, y).explain(ROWS[:5])
        assert found.shape == (5, 6) and np.isfinite(found).all(axis=None)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_images_have_maps(likelihood):
    images = RANDOM.random((40, 6, 5))
    fitted = VAEEmbedding(**FIT, model=ModelOptions("vae"), likelihood=likelihood).fit(images)

    assert fitted.explain(images[:3]).shape == (3, 6, 5)
