"""What every "auto" stands for."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from semivae import RecipeOptions, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
from semivae.data.batches.loader import Loader
from semivae.errors import SettingError
from semivae.estimators import run
from semivae.estimators.build import neighbors as near
from semivae.estimators.build.auto import beta_for, convolves, dropout_for, hidden_for, latents_for
from semivae.estimators.build.neighbors import features_for, lent
from semivae.estimators.build.recipe import alpha_for, neighbors
from semivae.estimators.build.wiring import marginalization, wire
from semivae.estimators.run import batch_for, compiled, epochs_for, precision_for, stops_early
from semivae.marginal import exact
from semivae.models import M1M2
from semivae.variables import Schema, Variable

TARGETS = (Variable("y", "real"), Variable("y", "category", classes=(0, 1)))


def images(*shape: int) -> Schema:
    return Schema((Variable("image", "image", shape),))


def table(columns: int) -> Schema:
    return Schema(tuple(Variable(f"c{i}", "real") for i in range(columns)))


@pytest.mark.parametrize(
    ("schema", "conv"),
    [(images(1, 28, 28), False), (images(3, 28, 28), True), (images(1, 64, 64), True), (table(900), False)],
)
def test_network(schema, conv):
    assert convolves("auto", schema) is conv
    assert convolves("mlp", schema) is False

    if schema.image:
        assert convolves("conv", schema) is True
    else:
        with pytest.raises(SettingError, match="table"):
            convolves("conv", schema)


def test_hidden():
    assert hidden_for({"hidden": "auto"}, table(256)) == (128, 128)
    assert hidden_for({"hidden": "auto"}, images(1, 28, 28)) == (500, 500)
    assert hidden_for({"hidden": [7]}, table(3)) == (7,)


def test_precision():
    assert [precision_for("auto", wide) for wide in (False, True)] == ["float32", "auto"]
    assert [precision_for("bfloat16", False), precision_for("float32", True)] == ["bfloat16", "float32"]


@pytest.mark.parametrize("units", [False, True])
def test_compilation(monkeypatch, units):
    monkeypatch.setattr(run, "matrix_units", lambda device: units)

    def chosen(wide, steps, **settings):
        return compiled(VAEClassifier(device="cpu", **settings), wide, steps)

    assert [chosen(True, steps) for steps in (3999, 4000)] == [False, units]
    assert [chosen(False, steps) for steps in (4000, 20_000)] == [False, units]
    assert chosen(True, 10**6, devices=2) is False
    assert [chosen(False, 1, compile=True), chosen(True, 10**6, compile=False)] == [True, False]

    with pytest.raises(SettingError, match="several processes"):
        chosen(True, 10**6, compile=True, nodes=2)


def test_dropout():
    real, category = (Schema(table(3).x, target) for target in TARGETS)

    assert [dropout_for({"dropout": "auto"}, schema, 200) for schema in (real, category, table(3))] == [0.5, 0.0, 0.0]
    assert [dropout_for({"dropout": "auto"}, real, labels) for labels in (1, 50, 600)] == [0.7, 0.7, 0.25]
    assert dropout_for({"dropout": 0.2}, real, 200) == 0.2


def test_alpha():
    real, category = (Schema(table(3).x, target) for target in TARGETS)

    assert [alpha_for({"alpha": "auto"}, schema) for schema in (real, category, table(3))] == [5.0, 20.0, 0.0]
    assert alpha_for({"alpha": 1.0}, real) == 1.0


def test_batch():
    assert [batch_for("auto", 19_999), batch_for("auto", 20_000), batch_for(3, 20_000)] == [64, 256, 3]


@pytest.mark.parametrize(("steps", "epochs", "staged"), [(1, 500, 500), (16, 50, 200), (80, 10, 40), (10_000, 10, 10)])
def test_epochs(steps, epochs, staged):
    assert epochs_for({"epochs": "auto"}, steps) == epochs
    assert epochs_for({"epochs": "auto"}, steps, without_labels=True) == staged
    assert epochs_for({"epochs": 3}, steps) == epochs_for({"epochs": 3}, steps, without_labels=True) == 3


def test_model():
    estimators = (VAEClassifier, VAERegressor, VAEPredictor, VAEEmbedding)
    assert [kind()._model_name() for kind in estimators] == ["m2", "m2", "predictor", "vae"]
    assert VAEClassifier(model="shot")._model_name() == "shot"


@pytest.mark.parametrize(("columns", "size"), [(4, 10), (20, 20), (200, 50)])
def test_features_whose_prior_is_fitted_hold_more(columns, size):
    """Those of M1 keep to a standard normal prior, by which rows are drawn and scored."""

    schema = Schema(table(columns).x, Variable("y", "category", classes=(0, 1)))
    settings = VAEClassifier().get_params()
    m1, m1m2 = (wire(settings, name, schema, [5, 5]) for name in ("m1", "m1m2"))

    assert [latents_for(settings, type(model), schema) for model in (m1, m1m2)] == [10, size]
    assert [beta_for(settings, model, before) for model in (m1, m1m2) for before in (True, False)] == [1, 1, 0.05, 1]
    assert latents_for(settings | {"latents": 3}, M1M2, schema) == 3
    assert beta_for(settings | {"beta": 0.5}, m1m2, before=True) == 0.5


def test_marginalization():
    def chosen(classes: int, **settings) -> object:
        target = Variable("y", "category", classes=tuple(range(classes)))

        return marginalization(VAEClassifier(**settings).get_params(), Schema(table(2).x, target))

    assert [chosen(50), chosen(51, marginalize="exact")] == [exact, exact]
    assert chosen(51, label_points=3).keywords == {"label_points": 3}


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
    monkeypatch.setattr(near, "MOST_CELLS", 2 * most)
    schema = Schema(table(2).x, Variable("y", "category", classes=(0, 1)))
    settings = VAEClassifier(recipe=RecipeOptions(neighbors=count)).get_params()

    assert (neighbors(settings, schema, corners(10, 2, unlabeled), []) is not None) == lends


def test_labels_are_not_lent_where_neighbors_say_nothing():
    rows = replace(corners(10, 2, 80), x=torch.randn(90, 2, generator=torch.Generator().manual_seed(0)))
    schema = Schema(table(2).x, Variable("y", "category", classes=(0, 1)))

    assert neighbors(VAEClassifier().get_params(), schema, rows, []) is None


@pytest.mark.parametrize(
    ("width", "model", "settings", "features"),
    [
        (257, "m2", {}, 50),
        (257, "predictor", {"beta": 4, "latents": 3, "prior": "vamp"}, 50),
        (257, "m2", {"neighbors": 0}, 0),
        (257, "cvae", {}, 0),
        (256, "m2", {}, 0),
    ],
)
def test_neighbors_of_wide_rows_are_looked_for_by_features(width, model, settings, features, monkeypatch):
    """Features that were taught nothing may tell nothing."""

    monkeypatch.setattr("semivae.data.batches.spread.agreement", lambda *_: 1.0)
    rows = corners(10, width, 80)
    schema = Schema(table(width).x, Variable("y", "category", classes=(0, 1)))
    settings = VAEClassifier(**settings).get_params()
    before = features_for(settings, wire(settings, model, schema, [5, 5]), schema, rows)

    assert [one.encoder.family.values for one in before] == [features][: len(before)] and len(before) == bool(features)

    if before:
        penalty = neighbors(settings, schema, rows, before)
        means = replace(rows, x=before[0].posterior(rows.x)[0])
        assert torch.equal(penalty.lent, lent(means, 10, lambda z: z)[0])


@pytest.mark.parametrize(
    ("early_stopping", "epochs", "target", "rows", "stops"),
    [
        ("auto", "auto", None, 200, True),
        ("auto", "auto", None, 199, False),
        ("auto", 20, None, 200, False),
        ("auto", "auto", "category", 200, False),
        (True, 20, "category", 20, True),
        (False, "auto", None, 200, False),
    ],
)
def test_early_stop(early_stopping, epochs, target, rows, stops):
    schema = Schema(table(3).x, target and Variable("y", target))
    settings = {"early_stopping": early_stopping, "epochs": epochs, "validation_share": 0.1}

    assert stops_early(SimpleNamespace(**settings, schema_=schema), rows) is stops
