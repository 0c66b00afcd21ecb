"""What `semivae check` says about data."""

import json

import pandas as pd


def facts(run, *arguments):
    return json.loads(run("check", *arguments, "--json").stdout)


def test_table(run, table):
    found = facts(run, table, "--target", "kind", "--missing-label", "unknown")
    kinds = {column["variable"]["name"]: column["variable"]["kind"] for column in found["columns"]}
    missing = {column["variable"]["name"]: column["missing"] for column in found["columns"]}

    assert kinds == {"size": "real", "count": "real", "shade": "category"}
    assert missing["size"] == 0 and missing["shade"] > 0
    assert found["rows"] == 60
    assert found["task"] == "class"
    assert found["target"]["labeled"] == 20 and found["target"]["unlabeled_as"] == {"unknown": 40}
    assert found["target"]["variable"]["classes"] == ["big", "small"]
    assert sum(found["target"]["counts"]) == 20


def test_marker_that_is_not_named_is_a_class(run, table):
    assert facts(run, table, "--target", "kind")["target"]["variable"]["classes"] == ["big", "small", "unknown"]


def test_real_target(run, prices):
    found = facts(run, prices, "--target", "price")

    assert found["task"] == "real"
    assert found["target"]["labeled"] == 60


def test_without_a_target(run, table):
    found = facts(run, table)

    assert found["target"] is None and found["task"] is None and found["likelihood"] is None
    assert len(found["columns"]) == 4


def test_text_fits_and_warns(run, tmp_path):
    path = tmp_path / "wide.csv"
    long = {f"a column with quite a long name {i}": [1.0, 2.0, 3.5] for i in range(50)}
    pd.DataFrame({**long, "[red]": [1, 1, 1], "y": ["a", "b", "a"]}).to_csv(path, index=False)
    shown = run("check", path, "--target", "y").stdout

    assert max(len(line) for line in shown.splitlines() if not line.startswith("Warning")) <= 80
    assert "... and 11 more" in shown
    assert "Warning: constant columns carry no information: '[red]'" in shown
    assert "2 labeled" not in shown and "3 labeled rows, 0 unlabeled" in shown


def test_images(run):
    shown = run("check", "digits", "--target", "label", "--split", "test").stdout

    assert "400 rows" in shown and "1x8x8" in shown
    assert "class (10 different whole numbers)" in shown
    assert "likelihood: logistic, because pixels have 17 levels" in shown
    assert facts(run, "digits")["likelihood"] == {"chosen": "logistic", "reason": "pixels have 17 levels"}
