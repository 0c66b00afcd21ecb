"""Held-out rows beside a fit: their accuracy by epoch is that of the network, and the fit does not see them."""

from typing import Any

import numpy as np
import pytest

from semivae import RecipeOptions, VAEClassifier, VAERegressor
from semivae.errors import DataError, SchemaError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(96, 3)).astype(np.float32)
CLASSES = np.where(X[:, 0] > 0, "high", "low").astype(object)
FIT: dict[str, Any] = {"hidden": (8,), "latents": 2, "epochs": 3, "batch_size": 32, "random_state": 0}
LABELED = np.arange(64) < 20
ALONE = RecipeOptions(committee=False, calibrate=False)


def fit(held_out=None, **settings):
    """Fits a classifier to the first 64 rows, of which 20 are labeled."""

    return VAEClassifier(**FIT | settings).fit(X[:64], np.where(LABELED, CLASSES[:64], None), held_out=held_out)


@pytest.mark.filterwarnings("ignore::semivae.errors.HealthWarning")
def test_last_accuracy_is_that_of_the_fitted_network():
    y = CLASSES[64:].copy()
    y[:4] = None
    fitted = fit((X[64:], y), model="m1", recipe=ALONE)
    shown = fitted.history_["held_out_accuracy"]

    # The first stage predicts nothing.
    assert shown.isna().tolist() == [True] * 3 + [False] * 3
    assert shown.iloc[-1] == pytest.approx(fitted.score(X[64:], y))


@pytest.mark.filterwarnings("ignore::semivae.errors.HealthWarning")
def test_watching_changes_nothing():
    watched = fit((X[64:], CLASSES[64:]), model="m2")
    flipped = fit((X[64:], np.where(CLASSES[64:] == "low", "high", "low")), model="m2")
    plain = fit(model="m2")

    assert "held_out_accuracy" not in plain.history_
    assert (watched.predict_proba(X) == plain.predict_proba(X)).all()
    np.testing.assert_allclose(
        watched.history_["held_out_accuracy"] + flipped.history_["held_out_accuracy"], np.ones(3)
    )


@pytest.mark.filterwarnings("ignore::semivae.errors.HealthWarning")
def test_a_number_has_the_share_of_its_variance():
    y = 100.0 + 10 * X[:, 0]
    fitted = VAERegressor("m2", **FIT, recipe=ALONE).fit(
        X[:64], np.where(LABELED, y[:64], np.nan), None, (X[64:], y[64:])
    )

    assert fitted.history_["held_out_r2"].iloc[-1] == pytest.approx(fitted.score(X[64:], y[64:]), abs=1e-4)


@pytest.mark.parametrize(
    ("held_out", "error", "text"),
    [
        (X[64:], DataError, "rows and their labels"),
        ((X[64:], [None] * 32), DataError, "no row of held_out is labeled"),
        ((X[64:], CLASSES[60:]), DataError, "every row needs a label"),
        ((X[64:], ["other"] * 32), SchemaError, "other"),
    ],
)
def test_rows_that_cannot_be_compared_are_refused(held_out, error, text):
    with pytest.raises(error, match=text):
        fit(held_out)
