"""`semivae explain`: surprising rows and their cells, in a table, a file or JSON."""

import json

import pandas as pd


def test_explain(run, embedding, table, frame, tmp_path):
    odd = tmp_path / "odd.csv"
    pd.read_csv(table).assign(size=lambda rows: rows["size"].where(rows.index != 7, 60.0)).to_csv(odd, index=False)
    found = json.loads(run("explain", embedding, odd, "-n", 3, "--json").stdout)["rows"]
    run("explain", embedding, odd, "-n", 3, "--out", tmp_path / "found.csv")
    shown = run("explain", embedding, odd, "-n", 3).stdout

    assert (found[0]["row"], found[0]["column"], found[0]["value"]) == (7, "size", 60.0) and found[0]["nats"] > 3
    assert len(pd.read_csv(tmp_path / "found.csv")) == len(found)
    assert "most surprising" in shown and max(map(len, shown.splitlines())) <= 80


def test_images_are_refused(run, digits):
    assert "explain(X) returns the parts of each" in run("explain", digits, "digits", code=2).stderr
