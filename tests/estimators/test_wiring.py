"""What every "auto" stands for."""

import pytest

from semivae import VAEClassifier
from semivae.errors import SettingError
from semivae.estimators import run
from semivae.estimators.penalty import alpha_for
from semivae.estimators.run import batch_for, compiled, epochs_for, precision_for
from semivae.estimators.wiring import convolves, dropout_for, hidden_for
from semivae.variables import Schema, Variable


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
    real, category = (Schema(table(3).x, Variable("y", kind)) for kind in ("real", "category"))  # type: ignore[arg-type]

    assert [dropout_for({"dropout": "auto"}, schema, 200) for schema in (real, category, table(3))] == [0.5, 0.0, 0.0]
    assert [dropout_for({"dropout": "auto"}, real, labels) for labels in (1, 50, 600)] == [0.7, 0.7, 0.25]
    assert dropout_for({"dropout": 0.2}, real, 200) == 0.2


def test_alpha():
    real, category = (Schema(table(3).x, Variable("y", kind)) for kind in ("real", "category"))  # type: ignore[arg-type]

    assert [alpha_for({"alpha": "auto"}, schema) for schema in (real, category, table(3))] == [5.0, 20.0, 0.0]
    assert alpha_for({"alpha": 1.0}, real) == 1.0


def test_batch():
    assert [batch_for("auto", 19_999), batch_for("auto", 20_000), batch_for(3, 20_000)] == [64, 256, 3]


@pytest.mark.parametrize(("steps", "epochs", "staged"), [(1, 500, 500), (16, 50, 200), (80, 10, 40), (10_000, 10, 10)])
def test_epochs(steps, epochs, staged):
    assert epochs_for({"epochs": "auto"}, steps) == epochs
    assert epochs_for({"epochs": "auto"}, steps, stages=2) == staged
    assert epochs_for({"epochs": 3}, steps) == epochs_for({"epochs": 3}, steps, stages=2) == 3
