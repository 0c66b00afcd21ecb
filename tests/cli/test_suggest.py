"""`semivae suggest`: rows without a label, in a table, a file or JSON."""

import json

import pandas as pd


def test_suggest(run, classifier, table, tmp_path):
    found = json.loads(run("suggest", classifier, table, "-n", 5, "--json").stdout)["rows"]
    run("suggest", classifier, table, "-n", 5, "--out", tmp_path / "next.csv")
    shown = run("suggest", classifier, table, "-n", 5).stdout

    assert [row["row"] for row in found] == pd.read_csv(tmp_path / "next.csv")["row"].tolist()
    assert (pd.read_csv(table)["kind"][[row["row"] for row in found]] == "unknown").all()
    assert "5 rows to label next" in shown and max(map(len, shown.splitlines())) <= 80


def test_suggest_among_rows_without_the_target(run, regressor, embedding, prices, tmp_path):
    bare = tmp_path / "bare.csv"
    pd.read_parquet(prices).drop(columns="price").to_csv(bare, index=False)

    for model in (regressor, embedding):
        done = run("suggest", model, bare, "-n", 3, "--json")
        assert len(json.loads(done.stdout)["rows"]) == 3
        assert ("all are taken for unlabeled" in done.stderr) == (model == regressor)


def test_suggest_refuses_labeled_rows_and_absent_targets(run, regressor, prices, tmp_path):
    assert "all 60 rows have a label" in run("suggest", regressor, prices, code=2).stderr
    assert "has no 'weight'" in run("suggest", regressor, prices, "--target", "weight", code=2).stderr
    assert "does not exist" in run("suggest", regressor, tmp_path / "none.csv", code=2).stderr
