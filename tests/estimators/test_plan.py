"""What every "auto" stands for, and which options a model uses."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from semivae import ModelOptions, TrainingOptions, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
from semivae.data.batches.loader import Loader
from semivae.errors import SettingError
from semivae.estimators.build.neighbors import features_of, lent
from semivae.estimators.build.recipe import neighbors
from semivae.estimators.build.wiring import wire
from semivae.estimators.options.grouped import grouped
from semivae.estimators.plan import machine, rows
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts, stops_early
from semivae.schema import Schema
from semivae.variables import Variable

CLASS, VALUE = Variable("y", "category", classes=(0, 1)), Variable("y", "real")
COUNTS = Counts(10, 90)


def images(*shape: int, levels: int | None = None) -> Schema:
    return Schema((Variable("image", "image", shape, levels=levels),), CLASS)


def table(columns: int, y: Variable | None = CLASS) -> Schema:
    return Schema(tuple(Variable(f"c{i}", "real") for i in range(columns)), y)


def plan(schema: Schema, model: str | None = None, counts: Counts = COUNTS, **given: Any) -> Plan:
    """The plan of a fit with some parameters and options, by their own names."""

    name = model or ("vae" if schema.y is None else "m2")

    return plan_of(VAEClassifier(**grouped(VAEClassifier, given)), name, schema, counts, seed=0)


@pytest.mark.parametrize(
    ("schema", "network"),
    [(images(1, 28, 28), "mlp"), (images(3, 28, 28), "conv"), (images(1, 64, 64), "conv"), (table(900), "mlp")],
)
def test_network(schema, network):
    assert plan(schema).network == network
    assert plan(schema, network="mlp").network == "mlp"

    if schema.image:
        assert plan(schema, network="conv").network == "conv"
    else:
        with pytest.raises(SettingError, match="table"):
            plan(schema, network="conv")


def test_hidden():
    assert plan(table(256)).hidden == (128, 128)
    assert plan(images(1, 28, 28)).hidden == (500, 500)
    assert plan(table(3), hidden=[7]).hidden == (7,)


@pytest.mark.parametrize("native", [False, True])
def test_precision(monkeypatch, native):
    monkeypatch.setattr(machine, "half", lambda choice, _: native if choice == "auto" else choice == "bfloat16")
    found = {
        (hidden, choice): plan(table(3), hidden=(hidden,), precision=choice).machine.precision
        for hidden in (255, 256)
        for choice in ("auto", "float32", "bfloat16")
    }

    assert found[255, "auto"] == "float32" and found[256, "auto"] == ("bfloat16" if native else "float32")
    assert {found[hidden, choice] == choice for hidden, choice in found if choice != "auto"} == {True}


def test_narrow_layers_take_one_thread():
    assert [plan(table(3), hidden=(hidden,)).machine.threads for hidden in (255, 256)] == [1, None]


@pytest.mark.parametrize("units", [False, True])
def test_compilation(monkeypatch, units):
    monkeypatch.setattr(machine, "matrix_units", lambda device: units)

    def chosen(hidden: int, steps: int, **options: Any) -> bool:
        return machine.machine_of("cpu", TrainingOptions(**options), (hidden,), steps).compiled

    assert [chosen(256, steps) for steps in (3999, 4000)] == [False, units]
    assert [chosen(255, steps) for steps in (4000, 20_000)] == [False, units]
    assert chosen(256, 10**6, devices=2) is False
    assert [chosen(255, 1, compile=True), chosen(256, 10**6, compile=False)] == [True, False]

    with pytest.raises(SettingError, match="several processes"):
        chosen(256, 10**6, compile=True, nodes=2)


def test_dropout():
    def chosen(y: Variable | None, labels: int, **given: Any) -> float:
        return plan(table(3, y), counts=Counts(labels - 1, 90, labeled_held=1), **given).dropout

    assert [chosen(y, 200) for y in (VALUE, CLASS, None)] == [0.5, 0.0, 0.0]
    assert [chosen(VALUE, labels) for labels in (1, 50, 600)] == [0.7, 0.7, 0.25]
    assert chosen(VALUE, 200, dropout=0.2) == 0.2


def test_alpha():
    assert [plan(table(3, y)).alpha for y in (VALUE, CLASS, None)] == [5.0, 20.0, 0.0]
    assert plan(table(3, VALUE), alpha=1).alpha == 1.0


def test_labels_weigh_as_the_bits_of_pixels():
    def chosen(levels: int, model: str = "m2", **given: Any) -> float:
        return plan(images(1, 28, 28, levels=levels), model, **given).alpha

    assert [chosen(levels) for levels in (2, 16, 256)] == [20.0, 80.0, 160.0]
    assert chosen(256, likelihood="bernoulli") == chosen(256, "gmvae") == chosen(256, "m1m2") == 20.0
    assert chosen(256, alpha=3) == 3.0


def test_batch():
    def chosen(rows: int, **given: Any) -> int:
        return plan(table(3), counts=Counts(10, rows - 20, 3, 7), **given).batch_size

    assert [chosen(19_999), chosen(20_000), chosen(20_000, batch_size=3)] == [64, 256, 3]


@pytest.mark.parametrize(("steps", "epochs", "staged"), [(1, 500, 500), (16, 50, 200), (80, 10, 40), (10_000, 10, 10)])
def test_epochs(steps, epochs, staged):
    """Rows alone teach in more steps, where they come first or tell when to stop."""

    counts = Counts(2, steps * 8)
    held = replace(counts, unlabeled_held=5)

    def chosen(y: Variable | None, counts: Counts, model: str | None = None, **given: Any) -> int:
        return plan(table(3, y), model, counts, batch_size=8, **given).epochs

    assert chosen(CLASS, counts) == chosen(CLASS, held) == chosen(None, counts) == epochs
    assert chosen(CLASS, counts, "m1") == chosen(None, held) == staged
    assert chosen(CLASS, counts, "m1", epochs=3) == chosen(None, held, epochs=3) == 3


def test_patience():
    assert [plan(table(3), epochs=epochs).patience for epochs in (5, 300)] == [10, 30]
    assert plan(table(3), patience=2, early_stopping=True).patience == 2


def test_model():
    estimators = (VAEClassifier, VAERegressor, VAEPredictor, VAEEmbedding)
    assert [kind()._chosen() for kind in estimators] == ["gmvae", "gmvae", "predictor", "vae"]
    assert VAEClassifier(model="shot")._chosen() == VAEClassifier(ModelOptions("shot"))._chosen() == "shot"


@pytest.mark.parametrize(("columns", "size"), [(4, 3), (20, 12), (83, 50), (200, 50)])
def test_features_whose_prior_is_fitted_grow_with_the_rows(columns, size):
    """Those of M1 keep to a standard normal prior, by which rows are drawn and scored."""

    m1, *fitted = (plan(table(columns), name) for name in ("m1", "m1m2", "gmvae"))

    assert (m1.latents, m1.features_beta, m1.beta) == (10, 1, 1)
    assert [(one.latents, one.features_beta, one.beta) for one in fitted] == [(size, 0.05, 1)] * 2
    assert plan(table(columns), "m1m2", latents=3).latents == 3
    assert plan(table(columns), "m1m2", beta=0.5).features_beta == 0.5


def test_marginalization():
    def chosen(classes: int, **given: Any) -> tuple[str | None, int | None]:
        found = plan(table(2, Variable("y", "category", classes=tuple(range(classes)))), **given)

        return found.marginalize, found.label_points

    assert [chosen(50), chosen(51, marginalize="exact")] == [("exact", None)] * 2
    assert chosen(51, label_points=3) == ("topk", 3)
    assert plan(table(2, VALUE)).marginalize is None


@pytest.mark.parametrize(
    ("model", "y", "given"),
    [
        ("m2", CLASS, {"simplex": "dirichlet"}),
        ("predictor", CLASS, {"label_points": 5}),
        ("predictor", CLASS, {"temperature": 0.1}),
        ("adgm", CLASS, {"components": 3}),
        ("m2", VALUE, {"label_prior": "uniform"}),
        ("vae", None, {"alpha": 1}),
        ("vae", None, {"adversarial": 2.0}),
        ("cvae", CLASS, {"adversarial": 2.0}),
    ],
)
def test_option_that_a_model_does_not_use_is_refused(model, y, given):
    with pytest.raises(SettingError, match=f"model='{model}' does not use {next(iter(given))}="):
        plan(table(3, y), model, **given)


def test_term_that_is_off_is_not_refused():
    assert plan(table(3, None), adversarial=0.0, neighbors=0).adversarial == 0


def corners(count: int, width: int, unlabeled: int) -> Loader:
    """Rows in four heaps, opposite ones of a class, of which the first are labeled."""

    places = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]).repeat(1, width)[:, :width]
    noise = torch.randn(count + unlabeled, width, generator=torch.Generator().manual_seed(0))
    labeled = torch.arange(count)
    x = places[torch.arange(count + unlabeled) % 4] + noise / 10

    return Loader(x, torch.eye(2)[labeled % 2], labeled, count + torch.arange(unlabeled), 8, 8, 0)


@pytest.mark.parametrize(
    ("unlabeled", "count", "most", "lends"),
    [(79, 10, 90, False), (80, 10, 90, True), (80, 0, 90, False), (80, 10, 89, False)],
)
def test_labels_are_lent_where_they_are_few(unlabeled, count, most, lends, monkeypatch):
    monkeypatch.setattr(rows, "MOST_CELLS", 2 * most)
    found = plan(table(2), counts=Counts(10, unlabeled), neighbors=count)

    assert (found.neighbors > 0) == lends
    assert (neighbors(found, table(2), corners(10, 2, unlabeled), []) is not None) == lends


def test_labels_of_rows_on_disk_are_not_lent():
    assert plan(table(2), counts=Counts(10, 90, memory=False)).neighbors == 0


def test_labels_are_not_lent_where_neighbors_say_nothing():
    noise = replace(corners(10, 2, 80), x=torch.randn(90, 2, generator=torch.Generator().manual_seed(0)))

    assert neighbors(plan(table(2), counts=Counts(10, 80)), table(2), noise, []) is None


@pytest.mark.parametrize(
    ("width", "model", "given", "features"),
    [
        (257, "m2", {}, 50),
        (257, "predictor", {"beta": 4, "latents": 3, "prior": "vamp"}, 50),
        (257, "debias", {"smoothing": 0.7}, 50),
        (257, "m2", {"neighbors": 0}, None),
        (257, "m1", {}, None),
        (257, "cvae", {}, None),
        (256, "m2", {}, None),
    ],
)
def test_neighbors_of_wide_rows_are_looked_for_by_features(width, model, given, features, monkeypatch):
    """Features that were taught nothing may tell nothing."""

    monkeypatch.setattr("semivae.data.batches.spread.agreement", lambda *_: 1.0)
    loader, schema = corners(10, width, 80), table(width)
    found = plan(schema, model, Counts(10, 80), **given)
    before = features_of(found, schema)

    assert found.features == features and [one.encoder.family.values for one in before] == [features] * bool(features)

    if before:
        penalty = neighbors(found, schema, loader, before)
        means = replace(loader, x=before[0].posterior(loader.x)[0])
        assert torch.equal(penalty.lent, lent(means, 10, lambda z: z)[0])


@pytest.mark.parametrize(
    ("early_stopping", "epochs", "target", "rows", "stops"),
    [
        ("auto", "auto", None, 200, True),
        ("auto", "auto", None, 199, False),
        ("auto", 20, None, 200, False),
        ("auto", "auto", CLASS, 200, False),
        (True, 20, CLASS, 20, True),
        (False, "auto", None, 200, False),
    ],
)
def test_early_stop(early_stopping, epochs, target, rows, stops):
    estimator = VAEClassifier(epochs=epochs, training=TrainingOptions(early_stopping=early_stopping))

    assert stops_early(estimator, table(3, target), rows) is stops


def test_plan_says_all_that_a_model_is_built_of():
    """A plan from a file builds the same model without any parameter."""

    found = plan(table(3), "m2", prior="vamp", components=7, marginalize="topk", importance_samples=2)
    model: Any = wire(found, table(3), [5, 5])

    assert len(model.prior.inputs) == 7 and model.importance_samples == 2
    assert model.marginalize.keywords == {"label_points": 4}
