"""Fits in two stages: features are learned without labels, kept as they are after, and stopped and continued as any."""

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_wine

from semivae import (
    Callback,
    ModelOptions,
    ObjectiveOptions,
    RecipeOptions,
    TrainingOptions,
    VAEClassifier,
    VAERegressor,
    load,
)
from semivae.engine import is_checkpoint, stage_place
from semivae.errors import SettingError
from semivae.estimators.plan import loss, rows

X, CLASSES = load_wine(return_X_y=True)
KNOWN = np.random.default_rng(0).permutation(len(X)) < 40
Y = np.where(KNOWN, CLASSES, -1)

FIT: dict[str, Any] = {"hidden": (8,), "latents": 2, "epochs": 3, "batch_size": 32, "random_state": 0}

stacked = pytest.mark.parametrize("model", ["m1", "m1m2"])


@pytest.fixture(params=["m1", "m1m2", "gmvae", "m2"])
def staged(request, monkeypatch):
    """A model that is trained in two stages; m2 is where rows are wide, whose neighbors are looked for by features."""

    monkeypatch.setattr(loss, "MOST_COMPARED", 0)
    monkeypatch.setattr(rows, "ROWS_A_LABEL", 1)

    return request.param


class Stop(Callback):
    """Stops a fit after the second epoch of a stage, and notes what it was told of."""

    def __init__(self, stage: int) -> None:
        self.stage, self.begun = stage, 0
        self.seen: list[tuple[int, int]] = []

    def start(self, epochs: int) -> None:
        self.begun += 1

    def epoch(self, record: dict[str, Any]) -> None:
        self.seen.append((self.begun, record["epoch"]))

        if self.seen[-1] == (self.stage, 2):
            raise KeyboardInterrupt


def weights(estimator: Any) -> dict[str, torch.Tensor]:
    return estimator.model_.state_dict()


def same(one: Any, other: Any, part: str = "") -> bool:
    """Whether the weights of a part of two fits are the same, bit for bit."""

    names = [name for name in weights(one) if name.startswith(part)]

    return bool(names) and all(torch.equal(weights(one)[name], weights(other)[name]) for name in names)


@stacked
def test_features_see_no_label(model):
    """Other labels of the same rows change what reads the features, and no bit of these."""

    one = VAEClassifier(model=model, **FIT).fit(X, Y)
    other = VAEClassifier(model=model, **FIT).fit(X, np.where(KNOWN, (CLASSES + 1) % 3, -1))

    assert same(one, other, "features.")
    assert not same(one, other, "head." if model == "m1" else "top.")


def test_features_do_not_depend_on_what_reads_them():
    alphas = {"m1": 1, "m1m2": 9}
    one, other = (
        VAEClassifier(model=model, objective=ObjectiveOptions(alpha=alpha, beta=1), **FIT).fit(X, Y)
        for model, alpha in alphas.items()
    )

    assert same(one, other, "features.")


def test_every_row_is_worth_the_same_to_the_features():
    """Labeled rows are seen more often, but the bound of a stage without labels weighs them by their number."""

    fitted = VAEClassifier(model="m1", **FIT | {"epochs": 1}).fit(X, Y)
    first = fitted.history_.iloc[0]
    expected = -(first["labeled_bound"] * 40 + first["unlabeled_bound"] * (len(X) - 40)) / len(X)

    assert first["loss"] == pytest.approx(expected, rel=1e-5)


def test_history_tells_of_every_stage(staged):
    history = VAEClassifier(model=staged, training=TrainingOptions(early_stopping=True), **FIT).fit(X, Y).history_

    assert history["stage"].tolist() == [1, 1, 1, 2, 2, 2]
    assert history["epoch"].tolist() == [1, 2, 3, 1, 2, 3]
    assert history["seconds"].is_monotonic_increasing
    assert history["validation_loss"].notna().all()
    assert history["labeled_prediction"].isna().tolist() == [True] * 3 + [False] * 3


def test_model_of_one_stage_says_nothing_of_it():
    assert "stage" not in VAEClassifier(model="m2", **FIT).fit(X, Y).history_


@pytest.mark.parametrize("stage", [1, 2])
def test_fit_stopped_in_a_stage_is_continued_exactly(staged, stage, tmp_path):
    whole = VAEClassifier(model=staged, **FIT).fit(X, Y)
    state = tmp_path / "state"

    with pytest.warns(UserWarning) as warned:
        stopped = VAEClassifier(model=staged, **FIT, checkpoint=state, callbacks=[Stop(stage)]).fit(X, Y)

    said = [str(warning.message) for warning in warned]
    assert any("stopped by hand" in line for line in said)
    assert any("stage 1 of 2: the predictor is not trained" in line for line in said) == (stage == 1)
    assert stopped.stopped_ == "interrupted" and len(stopped.history_) == 3 * stage - 1

    watch = Stop(stage=0)
    continued = VAEClassifier(model=staged, **FIT, checkpoint=state, callbacks=[watch]).fit(X, Y)

    assert watch.seen == [(1, 3), (2, 1), (2, 2), (2, 3)][3 * (stage - 1) :]
    assert same(whole, continued)
    assert continued.history_.drop(columns="seconds").equals(whole.history_.drop(columns="seconds"))
    assert is_checkpoint(state) and is_checkpoint(stage_place(state, 2))

    continued.save(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize(("model", "own", "stage"), [("m2", 1, 1), ("m2", 1, 2), ("gmvae", 2, 2), ("gmvae", 2, 3)])
def test_fit_with_a_student_is_continued_exactly(model, own, stage, tmp_path):
    """Stopped before its student has begun, after its own stages, it answers by the model alone."""

    fit = FIT | {"model": model, "recipe": RecipeOptions(student=True)}
    whole = VAEClassifier(**fit).fit(X, Y)
    state = tmp_path / "state"

    with pytest.warns(UserWarning) as warned:
        stopped = VAEClassifier(**fit, checkpoint=state, callbacks=[Stop(stage)]).fit(X, Y)

    alone = f"stage {own} of {own + 1}: without a student, the model predicts alone"
    said = any(alone in str(one.message) for one in warned)
    assert said == (stage == own) == (stopped.student_ is None)
    stopped.save(tmp_path / "stopped")
    np.testing.assert_array_equal(load(tmp_path / "stopped").predict_proba(X), stopped.predict_proba(X))

    continued = VAEClassifier(**fit, checkpoint=state).fit(X, Y)
    np.testing.assert_array_equal(continued.predict_proba(X), whole.predict_proba(X))


@stacked
def test_saved_stack_is_the_same(model, tmp_path):
    fitted = VAEClassifier(model=model, **FIT).fit(X, Y)
    fitted.save(tmp_path / "model")
    loaded = load(tmp_path / "model")

    for method in ("predict_proba", "score_samples", "transform"):
        assert np.array_equal(getattr(fitted, method)(X), getattr(loaded, method)(X))

    assert np.array_equal(fitted.sample(5, y=1, random_state=0), loaded.sample(5, y=1, random_state=0))


def test_continuous_targets():
    """M1 reads them off its features, M2 has them as a cause, and M1+M2, which sums over classes, names who can."""

    values = np.where(KNOWN, X[:, 12], np.nan)

    for model in ("m1", "m2"):
        low, high = VAERegressor(model=model, **FIT).fit(X[:, :12], values).predict_interval(X[:, :12]).T
        assert np.isfinite([low, high]).all() and (low < high).all()

    with pytest.raises(SettingError, match=r"(?s)'m1m2' does not learn from a continuous target.*'m1', .*'m2'"):
        VAERegressor(model="m1m2", **FIT).fit(X[:, :12], values)


@pytest.mark.parametrize("way", ["sparse", "gumbel", "topk_sampled"])
def test_a_continuous_label_is_not_summed_out(way):
    with pytest.raises(SettingError, match=r"(?s)'m2' does not use marginalize=.*leave marginalize out"):
        VAERegressor(model=ModelOptions("m2", marginalize=way), **FIT).fit(X[:, :12], X[:, 12])


def test_deviation_is_learned_row_by_row():
    """Rows whose target is noisy get wider intervals, which hold what they say."""

    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, size=(1200, 2))
    deviation = np.where(x[:, 0] > 0, 1.0, 0.1)
    y = x[:, 1] + deviation * random.standard_normal(len(x))
    settings = FIT | {"hidden": (32,), "epochs": 30, "batch_size": 64, "recipe": RecipeOptions(dropout=0.0)}
    fitted = VAERegressor(model="m2", **settings).fit(x[:600], y[:600])
    low, high = fitted.predict_interval(x[600:], coverage=0.8).T
    noisy = x[600:, 0] > 0

    assert (high - low)[noisy].mean() > 4 * (high - low)[~noisy].mean()

    for part in (noisy, ~noisy):
        assert 0.7 < ((low <= y[600:]) & (y[600:] <= high))[part].mean() < 0.9
