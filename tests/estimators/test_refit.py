"""A refit goes on from the fitted weights: latents stay, more labels help, and new classes are added."""

import copy
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine
from sklearn.exceptions import NotFittedError

from semivae import Callback, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor, load, stream
from semivae.errors import DataError, SchemaError, SettingError

X, CLASSES = load_wine(return_X_y=True)
KNOWN = np.random.default_rng(0).permutation(len(X)) < 40
Y = np.where(KNOWN, CLASSES, -1)
FIT: dict[str, Any] = {"hidden": (8,), "latents": 2, "epochs": 4, "random_state": 0, "device": "cpu"}

pytestmark = pytest.mark.filterwarnings("ignore::semivae.errors.HealthWarning")


class Seen(Callback):
    """Notes what it is told of, and may stop the training."""

    def __init__(self, stop: bool = False) -> None:
        self.stop = stop
        self.epochs: list[int] = []
        self.folds: list[dict[str, Any]] = []

    def epoch(self, record: dict[str, Any]) -> None:
        self.epochs.append(record["epoch"])

        if self.stop:
            raise KeyboardInterrupt

    def judged(self, record: dict[str, Any]) -> None:
        self.folds.append(record)


@pytest.fixture(scope="module")
def fitted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        return VAEClassifier(**FIT).fit(X, Y)


def test_latents_stay_where_they_are(fitted):
    again = copy.deepcopy(fitted).refit(X, np.where(KNOWN, CLASSES, -1))

    assert np.array_equal(again.transform(X), fitted.transform(X))
    assert not np.array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert len(again.history_) == 1, "a quarter of the epochs"
    assert list(again.history_["epoch"]) == [1]


def test_it_starts_from_the_fitted_weights(fitted):
    """A refit of no learning rate changes no weight."""

    still = copy.deepcopy(fitted)
    still.plan_ = type(still.plan_)(**vars(still.plan_) | {"learning_rate": 0.0})
    still.refit(X, Y)
    before, after = fitted.model_.state_dict(), still.model_.state_dict()

    assert all(np.allclose(before[name], after[name]) for name in before if "label_prior" not in name)


def test_it_counts_the_labels_that_it_gets(fitted):
    again = copy.deepcopy(fitted).refit(X, CLASSES)

    assert (again.n_labeled_, again.n_unlabeled_) == (len(X), 0)
    assert again.counts_ == np.bincount(CLASSES).tolist()
    assert again.score(X, CLASSES) > 0.8


def test_new_classes_are_added(fitted, tmp_path):
    y = Y.copy()
    y[np.flatnonzero(KNOWN)[:9]] = 7
    again = copy.deepcopy(fitted).refit(X, y)

    assert again.classes_.tolist() == [0, 1, 2, 7]
    assert again.predict_proba(X).shape == (len(X), 4)
    assert np.array_equal(again.transform(X), fitted.transform(X))

    again.save(tmp_path / "model")
    assert np.array_equal(load(tmp_path / "model").predict_proba(X), again.predict_proba(X))


def test_a_loaded_model_is_refitted(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    one, two = (model.refit(X, CLASSES) for model in (load(tmp_path / "model"), copy.deepcopy(fitted)))

    assert np.array_equal(one.predict_proba(X), two.predict_proba(X))


def test_it_tells_of_epochs_and_folds(fitted):
    seen = Seen()
    again = copy.deepcopy(fitted).refit(X, Y, epochs=3, callbacks=[seen])

    assert seen.epochs == [1, 2, 3]
    assert [record["fold"] for record in seen.folds] == list(range(1, seen.folds[0]["folds"] + 1))
    assert sum(len(record["truth"]) for record in seen.folds) == len(again.held_out_.rows) == 40


def test_it_can_be_stopped(fitted):
    with pytest.warns(UserWarning, match="stopped by hand"):
        again = copy.deepcopy(fitted).refit(X, Y, epochs=9, callbacks=[Seen(stop=True)])

    assert again.stopped_ == "interrupted"


def test_other_estimators_are_refitted():
    number = np.where(KNOWN, X[:, 0], np.nan)
    targets = pd.DataFrame({"kind": np.where(KNOWN, CLASSES.astype(object), None), "size": number})

    regressor = VAERegressor(**FIT).fit(X, number)
    scale = regressor.schema_.target
    assert regressor.refit(X, X[:, 0]).schema_.target == scale
    assert regressor.n_labeled_ == len(X)

    predictor = VAEPredictor(**FIT).fit(X, targets)
    assert predictor.refit(X, targets).predict(X).shape == (len(X), 2)

    with pytest.raises(SchemaError, match="were not in the fit"):
        predictor.refit(X, targets.replace({"kind": {0: 5}}))

    embedding = VAEEmbedding(**FIT).fit(X)
    before = embedding.score(X)
    assert embedding.refit(X, epochs=8).score(X) > before

    one_stage = VAEClassifier("m2", **FIT).fit(X, Y)
    assert one_stage.refit(X, CLASSES).n_labeled_ == len(X)


def test_it_refuses_what_it_cannot_do(fitted, tmp_path):
    with pytest.raises(NotFittedError):
        VAEClassifier().refit(X, Y)

    with pytest.raises(DataError, match="y is None"):
        copy.deepcopy(fitted).refit(X)

    with pytest.raises(DataError, match="inconsistent"):
        copy.deepcopy(fitted).refit(X, Y[:-1])

    np.save(tmp_path / "rows.npy", X)

    with pytest.raises(SettingError, match="a refit of a stream"):
        copy.deepcopy(fitted).refit(stream(tmp_path / "rows.npy"))
