"""The command and columns whose kind the user gives."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae import load

QUICK = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-compare", "--no-figures")
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


def test_column_has_one_kind(run, rows):
    visits = ("--kind", "visits=count", "--kind")

    assert "--kind visits=count is given, too" in run("check", rows, *visits, "visits=real", code=2).stderr
    run("check", rows, *visits, "visits=count")


def test_text_of_a_category_stays_and_a_given_prior_counts(run, tmp_path):
    rows = [f"0100{i % 3},{i % 5 if i else ''},{i % 2}" for i in range(30)]
    (tmp_path / "t.csv").write_text("\n".join(["zip,visits,label", *rows]) + "\n")
    kinds = ("--kind", "zip=category", "--kind", "visits=count", "--labels-per-class", 5)
    given = (
        "--set",
        "epochs=1",
        "--set",
        "hidden=(4,)",
        "--set",
        "model__label_prior=labels",
        "--no-compare",
        "--quiet",
    )
    message = run("fit", tmp_path / "t.csv", "--target", "label", *kinds, *given, "--out", tmp_path / "m").stderr
    run("sample", tmp_path / "m", "-n", 5, "--out", tmp_path / "s.csv")

    assert "figure" not in message and (tmp_path / "m" / "figures" / "reconstructions.png").is_file()
    assert load(tmp_path / "m").plan_.label_prior == "labels"
    assert all(line.startswith("0100") for line in (tmp_path / "s.csv").read_text().splitlines()[1:])


def test_fix_of_a_wrong_column_is_a_kind(run, table):
    assert "Fix: --kind " in run("check", table, "--kind", "nothing like it=count", code=2).stderr
