"""What every model that takes a prior, or several draws of its latent, keeps with each of them."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_wine
from tests.understood import class_labels

import semivae
from semivae import ModelOptions, ObjectiveOptions, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
from semivae.engine import normal_noise
from semivae.engine.step import Step
from semivae.errors import SettingError
from semivae.estimators.options.grouped import grouped
from semivae.estimators.plan.applies import takes
from semivae.estimators.rows.target import Target
from semivae.models import models
from semivae.objectives import ELBO
from semivae.priors import priors

ROWS, LATENTS = 6, 3

WAYS = {
    **{prior: {"prior": prior} for prior in priors},
    "vamp": {"prior": "vamp", "components": 5},
    "draws": {"importance_samples": 3},
    "vamp draws": {"prior": "vamp", "components": 5, "importance_samples": 3},
    "mixture draws topk": {"prior": "mixture", "importance_samples": 3, "marginalize": "topk", "label_points": 2},
}
CASES = [
    (name, target, way)
    for name in models
    for target in models[name].targets or (None,)
    if takes(name, "prior", target) and takes(name, "importance_samples", target)
    for way in WAYS
    if "marginalize" not in WAYS[way] or takes(name, "marginalize", target)
]
SLOW = pytest.mark.slow

# Each case meets tables or convolutions, in turns; the slow tests have them all.
cases = pytest.mark.parametrize(
    ("which", "kind", "way", "schema_of"),
    [
        pytest.param(*case, schema, marks=() if schema == ("table", "conv")[at % 2] else SLOW)
        for at, case in enumerate(CASES)
        for schema in ("table", "image", "conv")
    ],
    indirect=["schema_of"],
)

# Each model with each kind of target, and each way, at least once; the slow tests fit all cases.
fits = pytest.mark.parametrize(
    ("which", "kind", "way"),
    [
        pytest.param(*case, marks=() if at % 3 == 0 or "marginalize" in WAYS[case[2]] else SLOW)
        for at, case in enumerate(CASES)
    ],
)

X, CLASSES = load_wine(return_X_y=True)
X = X[:, :6]
KNOWN = np.random.default_rng(0).permutation(len(X)) < 30
FIT = {"hidden": (8,), "latents": 2, "epochs": 2, "batch_size": 64, "random_state": 0}


def fitted(name: str, kind: str | None, **settings) -> VAEClassifier | VAERegressor | VAEPredictor | VAEEmbedding:
    settings = {"model": name, **FIT, **settings}

    """An estimator of a model, after two epochs."""

    if kind is None:
        return VAEEmbedding(**grouped(VAEEmbedding, settings)).fit(X)

    if kind == "real":
        return VAERegressor(**grouped(VAERegressor, settings)).fit(X, np.where(KNOWN, X[:, 0], np.nan))

    if kind == "several":
        y = np.where(KNOWN[:, None], np.column_stack([CLASSES, X[:, 0]]), np.nan)

        return VAEPredictor(**grouped(VAEPredictor, settings)).fit(X, y)

    return VAEClassifier(**grouped(VAEClassifier, settings)).fit(X, np.where(KNOWN, CLASSES, -1))


@cases
def test_every_parameter_learns_from_finite_terms(which, kind, way, schema_of, build, batch):
    schema = schema_of(kind)
    model = build(which, schema, dropout=0.0, **WAYS[way])
    torch.manual_seed(0)
    terms = [half for half in model(batch(schema), 0.5) if half is not None]

    for half in terms:
        for value in (half.likelihood, half.bound, *half.kl.values()):
            assert value.shape == (ROWS,) and value.isfinite().all()

    predictions = [half.prediction.mean() for half in terms if half.prediction is not None]
    (-sum(half.bound.mean() for half in terms) - sum(predictions)).backward()

    for parameter, value in model.named_parameters():
        assert value.grad is not None and value.grad.isfinite().all() and value.grad.any(), parameter


@cases
def test_evaluation_draws_nothing_and_a_row_stands_alone(which, kind, way, schema_of, build, rows):
    schema, noise = schema_of(kind), normal_noise(4, LATENTS)
    model = build(which, schema, **WAYS[way]).double().eval()
    x = rows(schema).double()
    before = torch.get_rng_state()
    evidence = model.log_evidence(x, noise)

    assert torch.equal(before, torch.get_rng_state())
    assert evidence.dtype == torch.float64 and evidence.isfinite().all()
    torch.testing.assert_close(evidence[2:3], model.log_evidence(x[2:3], noise), rtol=1e-12, atol=1e-10)


@cases
def test_draws_can_be_decoded(which, kind, way, schema_of, build, points, rows):
    schema = schema_of(kind)
    model = build(which, schema, **WAYS[way]).eval()

    for y in [None] if kind is None else [None, points(schema)]:
        z, label = model.draw(ROWS, y)

        assert z.shape == (ROWS, LATENTS) and z.std(0).min() > 0, "a draw for each row"
        assert model.decode(z, label).mean.shape == rows(schema).shape


@pytest.mark.parametrize("schema_of", ["table"], indirect=True)
@pytest.mark.parametrize(
    ("which", "kind", "way"),
    [
        pytest.param(*case, marks=SLOW if case[2] == "mixture" and case[0] != "vae" else ())
        for case in CASES
        if case[1] != "real" and case[2] in ("mixture", "vamp draws")
    ],
)
def test_step_is_one_graph(which, kind, way, schema_of, build, batch):
    schema = schema_of(kind)
    step = Step(build(which, schema, dropout=0.0, **WAYS[way]), ELBO())
    inputs = batch(schema), torch.tensor(0.5)

    def loss(function) -> torch.Tensor:
        torch.manual_seed(0)

        return function(*inputs)[0]

    expected = loss(step.terms)
    torch.compiler.reset()
    graph = torch.compile(step.terms, fullgraph=True, dynamic=False, backend="eager")

    torch.testing.assert_close(loss(graph), expected)


@fits
def test_saved_model_is_the_same(which, kind, way, tmp_path):
    estimator = fitted(which, kind, **WAYS[way])
    estimator.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    assert loaded.get_params()["model__prior"] == WAYS[way].get("prior", "normal")
    assert all(map(torch.equal, estimator.model_.state_dict().values(), loaded.model_.state_dict().values()))

    for method in ("score_samples", "transform"):
        assert np.array_equal(getattr(estimator, method)(X), getattr(loaded, method)(X))

    assert np.array_equal(*(one.sample(5, random_state=0) for one in (estimator, loaded)))


@pytest.mark.parametrize(("which", "way"), [(name, way) for name, kind, way in CASES if kind == "category"])
def test_labels_behind_the_mask_change_no_bit(which, way):
    labels = class_labels(np.where(KNOWN, CLASSES, -1))
    scrambled = np.random.default_rng(1).permuted(CLASSES)
    settings = FIT | WAYS[way]
    first, second = (
        VAEClassifier(**grouped(VAEClassifier, settings | {"model": which}))._fit(
            X, Target.of(labels.variable, np.where(KNOWN, CLASSES, hidden)[:, None], KNOWN)
        )
        for hidden in (CLASSES, scrambled)
    )

    assert all(map(torch.equal, first.model_.state_dict().values(), second.model_.state_dict().values()))


def test_settings_reach_the_model_and_the_loss():
    model = fitted("vae", None, prior="mixture", components=7, importance_samples=2).model_

    assert len(model.prior.logits) == 7
    assert model.importance_samples == 2

    plain, free = (fitted("vae", None, free_bits=bits).history_ for bits in (0.0, 30.0))
    assert (free["loss"] > plain["loss"] + 50).all(), "two units with 30 nats each"
    assert (free["unlabeled_kl_z"] < 30).all()


def test_latents_of_a_class_are_drawn_from_its_gaussian():
    classifier = fitted("m2", "category", prior="mixture")
    features = classifier.model_.prior.features.data
    features[:, :2] = torch.tensor([[-50.0, 0], [0, 0], [50, 0]])
    torch.manual_seed(0)
    z, _ = classifier.model_.draw(300, torch.eye(3)[torch.arange(300) % 3])
    _, drawn = free = classifier.model_.draw(300)

    assert [round(z[c::3, 0].mean().item(), -1) for c in range(3)] == [-50, 0, 50]
    assert torch.equal((free[0][:, 0] / 50).round(), drawn.argmax(-1) - 1.0)


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (VAEEmbedding(model=ModelOptions("ae", prior="vamp")), ["prior='vamp'", "'ae'", "model='vae'"]),
        (
            VAEEmbedding(model="ae", objective=ObjectiveOptions(importance_samples=2)),
            ["importance_samples=2", "'ae'", "model='vae'"],
        ),
        (VAEEmbedding(model=ModelOptions(prior="flow")), ["'flow'", *map(repr, priors)]),
        (VAEEmbedding(model=ModelOptions(prior="vamp", components=0)), ["components=0", "at least 1"]),
        (VAEEmbedding(objective=ObjectiveOptions(importance_samples=1.5)), ["importance_samples=1.5", "whole"]),
        (VAEEmbedding(objective=ObjectiveOptions(free_bits=-1)), ["free_bits=-1", "at least 0"]),
        (
            VAEEmbedding(objective=ObjectiveOptions(importance_samples=2, beta=0.5, warmup=0.1)),
            ["beta=0.5 and warmup=0.1", "no weight of its own"],
        ),
        (
            VAEClassifier(objective=ObjectiveOptions(importance_samples=2, free_bits=0.1)),
            ["free_bits=0.1", "importance_samples=1"],
        ),
    ],
)
def test_what_cannot_work_is_said(estimator, words):
    with pytest.raises(SettingError) as error:
        estimator.fit(X, CLASSES)

    assert all(word in str(error.value) for word in words), error.value
