"""The command and columns whose kind the user gives."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae import load

QUICK = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-compare")
N = 80


@pytest.fixture(scope="module")
def rows(folder):
    random = np.random.default_rng(0)
    path = folder / "visits.csv"
    frame = pd.DataFrame({"visits": random.poisson(4, N), "zip": 10115 + np.arange(N) % 3, "class": ["p", "q"] * 40})
    frame.to_csv(path, index=False)

    return path


def test_kinds_are_shown_saved_and_sampled(run, rows, tmp_path):
    kinds = ("--kind", "visits=count", "--kind", "zip=category")
    seen = json.loads(run("check", rows, "--target", "class", *kinds, "--json").stdout)

    assert [column["variable"]["kind"] for column in seen["columns"]] == ["count", "category"]
    assert "3: 10115, 10116, 10117" in run("check", rows, *kinds).stdout

    run("fit", rows, "--target", "class", *kinds, *QUICK, "--out", tmp_path / "m")
    run("sample", tmp_path / "m", "-n", 20, "--out", tmp_path / "new.csv")
    run("evaluate", tmp_path / "m", rows)
    new = pd.read_csv(tmp_path / "new.csv")

    assert load(tmp_path / "m").data.kinds == {"visits": "count", "zip": "category"}
    assert (new["visits"] >= 0).all() and new["visits"].dtype.kind == "i" and set(new["zip"]) <= {10115, 10116, 10117}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("visits", "--kind visits=count"),
        ("visits=number", "'real', 'category', 'count'"),
        ("class=count", "holds 'p' (row 0)"),
        ("price=count", "there is no column 'price'"),
    ],
)
def test_what_is_no_kind_is_said(run, rows, given, words):
    assert words in run("check", rows, "--kind", given, code=2).stderr
