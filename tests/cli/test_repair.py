"""`semivae impute`, `semivae denoise` and `semivae compress`."""

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def incomplete(prices, tmp_path):
    """A table, and the same with cells that are missing."""

    rows = pd.read_parquet(prices).astype({"count": float, "shade": object})
    rows.loc[::3, "size"] = np.nan
    rows.loc[1::3, "shade"] = None
    rows.to_csv(tmp_path / "rows.csv", index=False)

    return rows, tmp_path / "rows.csv"


def test_cells_are_filled(run, regressor, incomplete, tmp_path):
    rows, data = incomplete
    shown = run("impute", regressor, data, "--coverage", 0.8, "--json", "--out", tmp_path / "i.csv").stdout
    found = pd.read_csv(tmp_path / "i.csv")

    assert json.loads(shown)["filled"] == rows[["size", "count", "shade"]].isna().to_numpy().sum()
    assert list(found) == ["size", "count", "shade", "size_low", "count_low", "size_high", "count_high"]
    assert not found.isna().any(axis=None) and set(found["shade"]) <= {"red", "blue"}
    assert (found["size_low"] <= found["size_high"]).all()

    run("impute", regressor, data, "--draws", 2, "--out", tmp_path / "d.parquet")
    draws = pd.read_parquet(tmp_path / "d.parquet")

    assert draws["draw"].tolist() == [1] * len(rows) + [2] * len(rows)


def test_rows_are_cleaned(run, regressor, incomplete, tmp_path):
    run("denoise", regressor, incomplete[1], "--out", tmp_path / "n.csv")

    assert not pd.read_csv(tmp_path / "n.csv").isna().any(axis=None)


def test_bits_and_error(run, digits, regressor, prices, tmp_path):
    for model, data in ((digits, "digits"), (regressor, prices)):
        facts = json.loads(run("compress", model, data, "--json").stdout)

        assert set(facts) == {"rate", "distortion", "gaussian"}
        assert all(value > 0 for value in facts.values()), facts

    shown = run("compress", digits, "digits", "--out", tmp_path / "c.csv").stdout

    assert "bits a row" in shown and list(pd.read_csv(tmp_path / "c.csv")) == ["rate", "distortion"]


def test_wrong_repairs(run, regressor, digits, prices, tmp_path):
    both = ("--draws", 2, "--coverage", 0.9)

    assert (
        "completions have no interval"
        in run("impute", regressor, prices, *both, "--out", tmp_path / "i.csv", code=2).stderr
    )
    assert "missing=mask" in run("impute", digits, "digits", "--out", tmp_path / "i.npz", code=2).stderr
