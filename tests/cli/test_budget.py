"""`semivae budget`: a learning curve from subsets of the labels, for each way that a model learns."""

import json
from importlib import import_module

import pytest


@pytest.fixture(autouse=True)
def few_subsets(monkeypatch):
    """One subset for each of two shares."""

    monkeypatch.setattr(import_module("semivae.trust.budget"), "SHARES", ((0.5, 1), (0.8, 1)))


@pytest.mark.parametrize(
    ("model", "rows", "metric"), [("classifier", "table", "error"), ("regressor", "prices", "1 - R2")]
)
def test_budget(run, model, rows, metric, request):
    folder, data = request.getfixturevalue(model), request.getfixturevalue(rows)
    found = json.loads(run("budget", folder, data, "--labels", 20, "--more", 5, "--json").stdout)

    assert found["metric"] == metric and found["labels"] == 20
    assert [one["labels"] for one in found["forecasts"]] == [20, 25]
    assert sum(one["fits"] for one in found["measured"]) == 2
    assert all(one["low"] <= one["error"] <= one["high"] for one in found["forecasts"])


def test_budget_refuses_few_labels_and_no_target(run, classifier, embedding, table):
    assert "a learning curve needs 20 labels" in run("budget", classifier, table, "--labels", 10, code=2).stderr
    assert "the model has no target" in run("budget", embedding, table, code=2).stderr
