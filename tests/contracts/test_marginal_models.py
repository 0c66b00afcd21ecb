"""What every model that sums out a missing label keeps, with every way to do so."""

from inspect import signature
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_wine
from tests.understood import class_labels

import semivae
from semivae import ModelOptions, TrainingOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.engine import normal_noise
from semivae.errors import SettingError
from semivae.estimators.plan.applies import reads
from semivae.estimators.rows.target import Target
from semivae.marginal import exact, marginals
from semivae.models import Model, models

ROWS = 6

SUMMING = [name for name in models if "marginalize" in signature(models[name].build).parameters]
PAIRS = [(name, way) for name in SUMMING for way in marginals]
SLOW = pytest.mark.slow

# Each pair meets tables or convolutions, in turns; the slow tests have them all.
pairs = pytest.mark.parametrize(
    ("name", "way", "schema_of"),
    [
        pytest.param(*pair, schema, marks=() if schema == ("table", "conv")[at % 2] else SLOW)
        for at, pair in enumerate(PAIRS)
        for schema in ("table", "image", "conv")
    ],
    indirect=["schema_of"],
)

# Each way, and each model, once; the slow tests try all pairs.
ONCE = {(SUMMING[at % len(SUMMING)], way) for at, way in enumerate(marginals)}
fits = pytest.mark.parametrize(
    ("name", "way"), [pytest.param(*pair, marks=() if pair in ONCE else SLOW) for pair in PAIRS]
)

X, CLASSES = load_wine(return_X_y=True)
X = X[:, :6]
KNOWN = np.random.default_rng(0).permutation(len(X)) < 30
FIT = {"hidden": (8,), "latents": 2, "epochs": 2, "batch_size": 64, "random_state": 0}


def few(way: str) -> dict[str, Any]:
    """The options that a way to sum over a missing class reads, at other values than the defaults."""

    return {name: value for name, value in {"label_points": 2, "temperature": 0.7}.items() if reads(way, name)}


def summing(model: Model) -> Any:
    """The part of a model that sums the label out, which may be the model itself."""

    return next(part for part in model.modules() if hasattr(part, "marginalize"))


@pairs
def test_every_parameter_learns_from_finite_terms(name, way, schema_of, build, batch):
    schema = schema_of("category")
    model = build(name, schema, marginalize=way, **few(way))
    torch.manual_seed(0)
    labeled, unlabeled = model(batch(schema), torch.tensor(0.3))

    for value in (unlabeled.likelihood, unlabeled.bound, *unlabeled.kl.values()):
        assert value.shape == (ROWS,) and value.isfinite().all()

    (-labeled.bound.mean() - labeled.prediction.mean() - unlabeled.bound.mean()).backward()

    for parameter, value in model.named_parameters():
        assert value.grad is not None and value.grad.isfinite().all() and value.grad.any(), parameter


@pairs
def test_unlabeled_rows_alone_teach_encoder_and_decoder(name, way, schema_of, build, rows):
    schema = schema_of("category")
    model = build(name, schema, marginalize=way, **few(way))
    torch.manual_seed(0)
    model.unlabeled(rows(schema)).bound.mean().backward()

    learned = [
        parameter for parameter, value in model.named_parameters() if value.grad is not None and value.grad.any()
    ]
    # Labels and penalties alone teach the classifier of gmvae.
    taught = {"encoder", "decoder"} | ({"classifier"} if name != "gmvae" else set())
    assert taught <= {part for name in learned for part in name.split(".")}


@pairs
def test_what_is_reported_is_summed_exactly(name, way, schema_of, build, rows):
    """The same weights say the same, to the last bit, however they were trained."""

    schema = schema_of("category")
    x = rows(schema).double()
    answers = []

    for marginalize in (way, "exact"):
        model = build(name, schema, marginalize=marginalize).double().eval()
        noise = normal_noise(4, model.noise)
        answers.append([model.log_evidence(x, noise), *model.posterior(x), model.predict(x).mean])

    assert all(map(torch.equal, *answers))


@pytest.mark.parametrize("name", SUMMING)
def test_many_classes_are_summed_block_by_block(name, schema_of, build, rows, monkeypatch):
    schema = schema_of("category")
    x, model = rows(schema).double(), build(name, schema).double().eval()
    noise = normal_noise(4, model.noise)
    whole = model.log_evidence(x, noise)
    monkeypatch.setattr("semivae.models.joint.BLOCK", 3)

    torch.testing.assert_close(model.log_evidence(x, noise), whole)


@pairs
def test_double_precision_is_kept(name, way, schema_of, build, rows):
    schema = schema_of("category")
    terms = build(name, schema, marginalize=way).double().unlabeled(rows(schema).double(), 0.5)

    assert {value.dtype for value in (terms.likelihood, *terms.kl.values())} == {torch.float64}


@pairs
def test_step_follows_its_seed(name, way, schema_of, build, rows):
    schema = schema_of("category")
    model = build(name, schema, marginalize=way)

    def bound() -> torch.Tensor:
        torch.manual_seed(4)

        return model.unlabeled(rows(schema), torch.tensor(0.1)).bound

    assert torch.equal(bound(), bound())


@pytest.mark.parametrize("name", SUMMING)
def test_marginalization_is_told_how_much_is_done(name, schema_of, build, batch):
    schema = schema_of("category")
    model = build(name, schema)
    told = []
    summing(model).marginalize = lambda logits, progress: told.append(progress) or exact(logits)
    model(batch(schema), 0.3)

    assert told == [0.3]


# Estimators


@fits
def test_labels_behind_the_mask_change_no_bit(name, way):
    labels = class_labels(np.where(KNOWN, CLASSES, -1))
    scrambled = np.random.default_rng(1).permuted(CLASSES)
    first, second = (
        VAEClassifier(model=ModelOptions(name, marginalize=way, **few(way)), **FIT)._fit(
            X, Target.of(labels.variable, np.where(KNOWN, CLASSES, hidden)[:, None], KNOWN)
        )
        for hidden in (CLASSES, scrambled)
    )
    weights = zip(first.model_.state_dict().values(), second.model_.state_dict().values(), strict=True)

    assert all(torch.equal(one, other) for one, other in weights)


@fits
def test_saved_model_is_the_same(name, way, tmp_path):
    model = ModelOptions(name, marginalize=way, **few(way))
    settings = FIT | {"training": TrainingOptions(early_stopping=True)}
    classifier = VAEClassifier(model, **settings).fit(X, np.where(KNOWN, CLASSES, -1))
    classifier.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    assert loaded.model.marginalize == way
    for method in ("predict_proba", "score_samples", "transform"):
        assert np.array_equal(getattr(classifier, method)(X), getattr(loaded, method)(X))

    relaxed = way in ("gumbel", "logistic_normal", "logistic_normal_st")
    assert ("unlabeled_bound" in classifier.history_.iloc[-1].dropna()) is not relaxed


def test_options_reach_the_marginalization(schema_of, build, rows):
    x = rows(schema := schema_of("category"))

    for points in (1, 3):
        model = build("m2", schema, marginalize="topk", label_points=points)
        assert len(model.marginalize(model.classifier(x).logits).y) == points

    cold = build("m2", schema, marginalize="gumbel", temperature=0.01)
    assert (cold.marginalize(cold.classifier(x).logits, 1.0).y.amax(-1) > 0.9).float().mean() > 0.5


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (VAEClassifier(model=ModelOptions("predictor", marginalize="topk")), ["'predictor'", "'m2'"]),
        (
            VAERegressor(model=ModelOptions(marginalize="sparse")),
            ["'sparse'", "leave marginalize out"],
        ),
        (VAEEmbedding(model=ModelOptions(marginalize="gumbel")), ["'gumbel'", "leave marginalize out"]),
        (VAEClassifier(model=ModelOptions(marginalize="all")), ["'all'", *map(repr, marginals)]),
        (VAEClassifier(model=ModelOptions(marginalize="topk", label_points=0)), ["label_points=0", "at least 1"]),
        (VAEClassifier(model=ModelOptions(marginalize="gumbel", temperature=2.0)), ["temperature=2.0", "at most 1"]),
    ],
)
def test_what_cannot_work_is_said(estimator, words):
    y = CLASSES.astype(float) + 0.5 * X[:, 0] if isinstance(estimator, VAERegressor) else CLASSES

    with pytest.raises(SettingError) as error:
        estimator.fit(X, y)

    assert all(word in str(error.value) for word in words)
