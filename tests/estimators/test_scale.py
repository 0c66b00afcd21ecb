"""Estimators that are stopped and continued, and many of them at once in processes of their own."""

import os
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV

from semivae import Callback, ObjectiveOptions, TrainingOptions, VAEClassifier, VAEEmbedding, VAERegressor, load
from semivae.engine import is_checkpoint
from semivae.errors import SettingError

FIT: dict[str, Any] = {"hidden": (8,), "latents": 2, "epochs": 4, "random_state": 0}


class Stop(Callback):
    """Stops a fit after its second epoch, and notes the epochs that it was told of."""

    def __init__(self, at: int = 2) -> None:
        self.at = at
        self.seen: list[int] = []

    def epoch(self, record: dict[str, Any]) -> None:
        self.seen.append(record["epoch"])

        if record["epoch"] == self.at:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def rows():
    X, y = make_classification(n_samples=150, n_features=5, random_state=0)

    return X, np.where(np.arange(150) < 40, y, -1)


def weights(estimator) -> dict[str, torch.Tensor]:
    return estimator.model_.state_dict()


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        (VAEClassifier, {"model": "m2"}),
        (VAERegressor, {"model": "m2"}),
        (VAEEmbedding, {}),
        (VAEClassifier, {"model": "m2", "training": TrainingOptions(early_stopping=True)}),
    ],
)
def test_stopped_fit_of_one_stage_is_continued_exactly(kind, changed, rows, tmp_path):
    X, y = rows
    y = np.where(y < 0, np.nan, y) if kind is VAERegressor else y
    fit = FIT | changed
    whole = kind(**fit).fit(X, y)

    with pytest.warns(UserWarning, match="stopped by hand"):
        stopped = kind(**fit, checkpoint=tmp_path / "state", callbacks=[Stop()]).fit(X, y)

    assert stopped.stopped_ == "interrupted" and is_checkpoint(tmp_path / "state")

    watch = Stop(at=-1)
    continued = kind(**fit, checkpoint=str(tmp_path / "state"), callbacks=[watch]).fit(X, y)

    assert watch.seen == [3, 4]
    assert all(torch.equal(value, weights(whole)[name]) for name, value in weights(continued).items())
    assert len(continued.history_) == 4 and continued.n_steps_ == whole.n_steps_

    continued.save(tmp_path / "model")
    assert not is_checkpoint(tmp_path / "state")
    assert load(tmp_path / "model").checkpoint is None


def test_saving_a_stopped_fit_keeps_its_state(rows, tmp_path):
    with pytest.warns(UserWarning, match="stopped by hand"):
        stopped = VAEClassifier(model="m2", **FIT, checkpoint=tmp_path / "state", callbacks=[Stop()]).fit(*rows)

    stopped.save(tmp_path / "model")
    assert is_checkpoint(tmp_path / "state")


@pytest.mark.parametrize("change", ["rows", "labels", "setting"])
def test_state_of_another_fit_is_refused(rows, tmp_path, change):
    X, y = rows
    VAEClassifier(**FIT, checkpoint=tmp_path / "state").fit(X, y)
    settings = FIT | ({"objective": ObjectiveOptions(alpha=3.0)} if change == "setting" else {})
    # Neither the order of the rows nor that of the labels shows in the schema or in a count.
    X = X[::-1].copy() if change == "rows" else X
    y = np.r_[y[:40][::-1], y[40:]] if change == "labels" else y

    with pytest.raises(
        SettingError, match=r"plan.alpha is 20.0 there and 3.0 here" if change == "setting" else "sha256 of the rows"
    ):
        VAEClassifier(**settings, checkpoint=tmp_path / "state").fit(X, y)


@pytest.mark.parametrize("given", [{"checkpoint": "state"}, {"training__devices": 2}, {"training__nodes": 2}])
def test_seed_that_is_drawn_anew_is_refused(rows, given):
    with pytest.raises(SettingError, match="random_state=0"):
        VAEClassifier(**FIT | {"random_state": None}).set_params(**given).fit(*rows)


def test_fit_of_several_processes_needs_them(rows):
    with pytest.raises(SettingError, match="needs 2 processes"):
        VAEClassifier(**FIT, training=TrainingOptions(devices=2)).fit(*rows)


@pytest.mark.slow
def test_search_in_processes_of_their_own(rows):
    """The settings found are those of one process, and the processes do not fight for the cores."""

    grid = {"objective__alpha": [1.0, 20.0], "random_state": [0, 1]}
    scoring = {"accuracy": "accuracy", "threads": lambda *_: torch.get_num_threads()}

    def search(jobs: int) -> dict[str, Any]:
        found = GridSearchCV(VAEClassifier(**FIT), grid, cv=2, n_jobs=jobs, scoring=scoring, refit=False)

        return found.fit(rows[0][:40], rows[1][:40]).cv_results_

    alone, together = search(1), search(2)

    np.testing.assert_allclose(alone["mean_test_accuracy"], together["mean_test_accuracy"])
    assert together["mean_test_threads"].max() <= max(1, (os.cpu_count() or 1) // 2)
