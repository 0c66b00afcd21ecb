"""The divergence of each unit of the latent by epoch: its value, its stages, its file, and continued fits."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from semivae import Callback, VAEClassifier, VAEEmbedding, load
from semivae.evaluation.posterior import unit_divergences

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
FIT: dict[str, Any] = {"hidden": (8,), "latents": 2, "epochs": 3, "batch_size": 32, "random_state": 0}


def test_last_epoch_is_that_of_the_fitted_model():
    fitted = VAEEmbedding(**FIT, model="vae").fit(X)
    units = fitted.units_

    assert units.columns.tolist() == ["epoch", "unit 1", "unit 2"] and units["epoch"].tolist() == [1, 2, 3]
    # All rows are measured, in single precision.
    expected = unit_divergences(*fitted.encode(X))
    np.testing.assert_allclose(units.iloc[-1, 1:].to_numpy(dtype=float), expected, rtol=1e-4, atol=1e-5)


def test_measuring_changes_nothing(monkeypatch):
    measured = VAEEmbedding(**FIT, model="vae").fit(X)
    monkeypatch.setattr("semivae.estimators.run.units_of", lambda model, rows: None)
    plain = VAEEmbedding(**FIT, model="vae").fit(X)

    assert plain.units_.empty and (plain.transform(X) == measured.transform(X)).all()


def test_frozen_stage_is_not_measured(tmp_path):
    y = np.where(np.arange(len(X)) < 20, X[:, 0] > 0, -1)
    fitted = VAEClassifier(**FIT, model="gmvae").fit(X, y)
    fitted.save(tmp_path / "m")

    assert set(fitted.units_["stage"]) == {1} and set(fitted.history_["stage"]) == {1, 2}
    pd.testing.assert_frame_equal(load(tmp_path / "m").units_, fitted.units_)


def test_points_have_no_divergence(tmp_path):
    fitted = VAEEmbedding(**FIT, model="ae").fit(X)
    fitted.save(tmp_path / "m")

    assert fitted.units_.empty and load(tmp_path / "m").units_.empty
    assert not (tmp_path / "m" / "units.csv").exists()


@pytest.mark.filterwarnings("ignore:stopped by hand")
def test_continued_fit_goes_on_where_it_stopped(tmp_path):
    class Interrupt(Callback):
        def epoch(self, record: dict[str, Any]) -> None:
            if record["epoch"] == 2:
                raise KeyboardInterrupt

    whole = VAEEmbedding(**FIT, model="vae").fit(X)
    place = {"checkpoint": tmp_path / "state"}
    stopped = VAEEmbedding(**FIT, **place, model="vae", callbacks=[Interrupt()]).fit(X)
    continued = VAEEmbedding(**FIT, **place, model="vae").fit(X)

    assert len(stopped.units_) == 2
    pd.testing.assert_frame_equal(continued.units_, whole.units_)
