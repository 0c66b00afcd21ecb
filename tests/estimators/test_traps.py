"""What goes wrong in other libraries: labels that leak, rows without effect, randomness that is shared."""

import random
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_wine
from tests.understood import class_labels, real_labels

import semivae
from semivae import Callback, TrainingOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.data.batches.split import hold_out
from semivae.estimators.options.grouped import grouped
from semivae.estimators.rows.target import Target
from semivae.models import models

X, CLASSES = load_wine(return_X_y=True)
X, VALUES = X[:, :6], X[:, 12]
KNOWN = np.random.default_rng(0).permutation(len(X)) < 30
Y = np.where(KNOWN, CLASSES, -1)
R = np.where(KNOWN, VALUES, np.nan)

FIT = {"hidden": (8,), "latents": 2, "epochs": 3, "batch_size": 32, "random_state": 0}

# Every model that learns a class from labeled and unlabeled rows.
SEMI = [name for name in models if "category" in models[name].targets and not models[name].labels_only]

Estimator = VAEClassifier | VAERegressor | VAEEmbedding


def weights(estimator: Estimator) -> dict[str, torch.Tensor]:
    return estimator.model_.state_dict()


def same(one: Estimator, other: Estimator) -> bool:
    """Whether two fits have the same weights, bit for bit."""

    pairs = zip(weights(one).values(), weights(other).values(), strict=True)

    return all(torch.equal(a, b) for a, b in pairs)


def fit(**changed: Any) -> VAEClassifier:
    return VAEClassifier(**grouped(VAEClassifier, FIT | changed)).fit(X, Y)


# Labels that are hidden


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("model", SEMI)
def test_labels_behind_the_mask_change_no_bit(model, early_stopping):
    """The codes and points of unlabeled rows are scrambled where the fit could still see them."""

    labels = class_labels(Y)
    scrambled = np.random.default_rng(1).permuted(CLASSES)
    fits = [
        VAEClassifier(model=model, training=TrainingOptions(early_stopping=early_stopping), **FIT)._fit(
            X, Target.of(labels.variable, np.where(KNOWN, CLASSES, hidden)[:, None], KNOWN)
        )
        for hidden in (CLASSES, scrambled, *([] if early_stopping else [np.zeros_like(CLASSES)]))
    ]

    assert all(same(fits[0], other) for other in fits[1:])
    assert fits[0].history_.drop(columns="seconds").equals(fits[1].history_.drop(columns="seconds"))


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("model", ["m1", "m2", "predictor"])
def test_values_behind_the_mask_change_no_bit(model, early_stopping):
    labels = real_labels(R)
    fits = [
        VAERegressor(model=model, training=TrainingOptions(early_stopping=early_stopping), **FIT)._fit(
            X, Target.of(labels.variable, np.where(KNOWN, labels.encode(R), hidden)[:, None], KNOWN)
        )
        for hidden in (VALUES, -VALUES, np.nan)
    ]

    assert same(fits[0], fits[1]) and same(fits[0], fits[2])


def test_every_way_to_hide_a_label_is_the_same():
    objects = CLASSES.astype(object)
    hidden = [
        Y,
        np.where(KNOWN, objects, None),
        np.where(KNOWN, CLASSES, np.nan),
        np.where(KNOWN, objects, np.nan),
        Y.tolist(),
        torch.from_numpy(Y),
    ]
    fits = [VAEClassifier(**FIT).fit(X, y) for y in hidden]
    other = VAEClassifier(missing_label=99, **FIT).fit(X, np.where(KNOWN, CLASSES, 99))

    assert all(same(fits[0], one) for one in [*fits[1:], other])


def test_labels_change_the_fit():
    """The test above could not fail if labels had no effect."""

    swapped = np.where(Y >= 0, (Y + 1) % 3, Y)

    assert not same(fit(), VAEClassifier(**FIT).fit(X, swapped))


# Unlabeled rows


@pytest.mark.parametrize("model", SEMI)
def test_unlabeled_rows_change_the_fit(model):
    moved = np.where(KNOWN[:, None], X, X[::-1] * 0.9)
    codec = semivae.VAEClassifier(model=model, **FIT).fit(X, Y)
    other = VAEClassifier(model=model, **FIT).fit(moved, Y)
    alone = VAEClassifier(model=model, **FIT).fit(X[KNOWN], Y[KNOWN])

    assert not np.allclose(codec.predict_proba(X), other.predict_proba(X), atol=1e-4)
    assert not np.allclose(codec.predict_proba(X), alone.predict_proba(X), atol=1e-4)
    assert codec.n_labeled_ == 30 and codec.n_unlabeled_ == len(X) - 30


@pytest.mark.parametrize("model", SEMI)
def test_all_rows_labeled(model):
    estimator = VAEClassifier(model=model, **FIT).fit(X, CLASSES)

    assert estimator.n_unlabeled_ == 0 and estimator.score(X, CLASSES) >= 0
    assert not [name for name in estimator.history_ if name.startswith("unlabeled")]


def test_without_labels():
    estimator = VAEEmbedding(**FIT).fit(X)

    assert estimator.n_labeled_ == 0 and not [name for name in estimator.history_ if name.startswith("labeled")]


@pytest.mark.parametrize("model", SEMI)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_one_label_per_class(model, early_stopping):
    first = [np.flatnonzero(CLASSES == c)[0] for c in range(3)]
    y = np.full(len(X), -1)
    y[first] = CLASSES[first]
    estimator = VAEClassifier(model=model, training=TrainingOptions(early_stopping=early_stopping), **FIT).fit(X, y)

    assert estimator.counts_ == [1, 1, 1] and estimator.classes_.tolist() == [0, 1, 2]
    np.testing.assert_allclose(estimator.predict_proba(X).sum(1), 1)


@pytest.mark.parametrize("rows", [4, 5, 8])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_hardly_any_rows(rows, early_stopping):
    """Fewer rows than a step takes, and too few to hold any out."""

    y = [0, 1] + [-1] * (rows - 2)
    estimator = VAEClassifier(training=TrainingOptions(early_stopping=early_stopping), **FIT).fit(X[-rows:], y)

    assert np.isfinite(estimator.score_samples(X)).all()


def test_early_stop_holds_out_given_labels_and_no_whole_class():
    codes = np.where(KNOWN, CLASSES, -1)
    codes[np.flatnonzero(codes == 2)[1:]] = -1  # a class with a single label
    train, validation = hold_out(codes, 0.3, seed=0)

    assert set(codes[train]) == {-1, 0, 1, 2} and 2 not in codes[validation]
    assert len(np.intersect1d(train, validation)) == 0 and len(train) + len(validation) == len(X)

    estimator = VAEClassifier(training=TrainingOptions(early_stopping=True, validation_share=0.3), **FIT).fit(X, codes)
    assert "validation_loss" in estimator.history_ and estimator.classes_.tolist() == [0, 1, 2]


def test_rows_without_a_target_stop_early_unless_the_epochs_are_given():
    settings = FIT | {"batch_size": len(X), "hidden": (32,), "training": TrainingOptions(validation_share=0.3)}
    embedding = VAEEmbedding(**settings | {"epochs": "auto"}).fit(X[:80])
    losses = embedding.history_["validation_loss"]

    assert embedding.stopped_ == "patience" and len(losses) == losses.argmin() + 51, "a tenth of 500 epochs"
    assert "validation_loss" not in VAEEmbedding(**settings | {"training": TrainingOptions()}).fit(X).history_


# Randomness


@pytest.mark.parametrize("model", SEMI)
def test_same_seed_same_weights(model):
    first = fit(model=model)

    assert same(first, fit(model=model))
    assert not same(first, fit(model=model, random_state=1))


@pytest.mark.parametrize("model", SEMI)
def test_fit_does_not_depend_on_the_state_of_the_caller(model):
    fits = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        random.seed(seed)
        fits.append(fit(model=model, dropout=0.3))

    assert same(*fits)


def test_nothing_disturbs_the_state_of_the_caller(tmp_path):
    def state() -> list[Any]:
        return [torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(), random.getstate()]

    before = state()
    estimator = fit(early_stopping=True)
    assert state() == before, "fit"

    estimator.sample(3, random_state=0)
    estimator.score_samples(X)
    estimator.predict(X)
    assert state() == before, "use"

    estimator.save(tmp_path / "model")
    semivae.load(tmp_path / "model")
    assert state() == before, "load"


class Noisy(Callback):
    """Draws from every global source, and switches the seed."""

    def start(self, epochs: int) -> None:
        torch.manual_seed(99)

    def epoch(self, record: dict[str, Any]) -> None:
        torch.rand(7)
        np.random.rand(3)
        torch.manual_seed(record["epoch"])


@pytest.mark.filterwarnings("ignore")
def test_callbacks_and_the_progress_bar_change_no_weight(capfd):
    quiet = fit(dropout=0.3, early_stopping=True)

    assert same(quiet, fit(dropout=0.3, early_stopping=True, callbacks=[Noisy(), Callback()]))
    assert same(quiet, fit(dropout=0.3, early_stopping=True, verbose=True))
    assert capfd.readouterr().out == "", "progress belongs on standard error"


def test_random_state_is_read_as_everywhere():
    first, second = np.random.RandomState(0), np.random.RandomState(0)
    one, other = fit(random_state=first), fit(random_state=second)
    again = fit(random_state=first)

    assert same(one, other) and not same(one, again), "a generator moves on"
    assert fit(random_state=None).seed_ != fit(random_state=None).seed_


# The end of a run


class Interrupt(Callback):
    def epoch(self, record: dict[str, Any]) -> None:
        if record["epoch"] == 2:
            raise KeyboardInterrupt


def test_interrupted_fit_is_a_fitted_model(tmp_path):
    with pytest.warns(UserWarning, match="stopped by hand; the model of epoch 2"):
        estimator = fit(model="m2", epochs=50, callbacks=[Interrupt()])

    assert estimator.stopped_ == "interrupted" and len(estimator.history_) == 2
    assert estimator.predict(X).shape == (len(X),)

    estimator.save(tmp_path / "model")
    assert semivae.load(tmp_path / "model").stopped_ == "interrupted"


@pytest.mark.parametrize("model", [*SEMI, "vae", "ae"])
def test_divergence_is_a_named_error(model):
    kind = VAEClassifier if model in SEMI else VAEEmbedding
    estimator = kind(model=model, **FIT | {"learning_rate": 1e12, "epochs": 20})

    with pytest.raises(semivae.errors.DivergedError, match=r"(likelihood|kl_z|kl_y|prediction|penalty) became"):
        estimator.fit(X, Y)


@pytest.mark.slow
def test_separable_classes_are_learned_to_the_end():
    """Logits are unbounded: the prediction term comes near 0, which softmax twice cannot reach."""

    x = np.random.default_rng(0).normal(size=(90, 2))
    y = np.arange(90) % 3
    x += 8 * np.array([[0, 0], [1, 0], [0, 1]])[y]
    estimator = VAEClassifier(**FIT | {"hidden": (32,), "epochs": 80, "learning_rate": 0.01}).fit(x, y)

    assert estimator.history_["labeled_prediction"].iloc[-1] > -0.01
    assert estimator.predict_proba(x)[range(90), y].min() > 0.9
    assert estimator.score(x, y) == 1
