"""`semivae outliers`, and known outliers given to a fit by a column."""

import json

import pandas as pd
import pytest

from semivae import load
from semivae.errors import DataError
from semivae.workflows.outliers import marked


def test_outliers(run, embedding, table, tmp_path):
    odd = tmp_path / "odd.csv"
    pd.read_csv(table).assign(size=lambda rows: rows["size"].where(rows.index != 7, 60.0)).to_csv(odd, index=False)
    found = json.loads(run("outliers", embedding, odd, "-n", 3, "--json").stdout)["rows"]
    run("outliers", embedding, odd, "-n", 3, "--method", "density", "--out", tmp_path / "found.csv")
    shown = run("outliers", embedding, odd, "-n", 3).stdout

    assert found[0]["row"] == 7 and found[0]["reason"].startswith("size is 60, expected")
    assert found[0]["score"] > found[1]["score"] >= found[2]["score"]
    assert pd.read_csv(tmp_path / "found.csv")["row"][0] == 7
    assert "most unusual" in shown and max(map(len, shown.splitlines())) <= 80


def test_images_have_scores_and_no_cells(run, digits):
    found = json.loads(run("outliers", digits, "digits", "-n", 2, "--method", "distance", "--json").stdout)["rows"]

    assert [row["reason"] for row in found] == ["unusual as a whole"] * 2


def test_known_outliers_of_a_column(run, table, tmp_path):
    given = tmp_path / "given.csv"
    pd.read_csv(table).assign(odd=lambda rows: (rows.index % 20 == 1).astype(int)).to_csv(given, index=False)
    quick = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-figures")
    run("fit", given, "--model", "vae", "--outlier-column", "odd", *quick, "--out", tmp_path / "m")
    fitted = load(tmp_path / "m")

    assert fitted.known_outliers_ is not None and fitted.n_unlabeled_ == 57
    assert "odd" not in [variable.name for variable in fitted.schema_.x]
    assert "--outlier-column" in run("fit", table, "--outlier-column", "no", "--out", tmp_path / "n", code=2).stderr


@pytest.mark.parametrize("cells", [[1, 2, 0], [0, 0, 0], ["yes", "yes", "true"]])
def test_columns_that_mark_no_outliers_are_refused(cells):
    with pytest.raises(DataError, match="does not mark outliers"):
        marked(pd.Series(cells), "odd")


def test_words_that_mark_a_row():
    assert marked(pd.Series(["Yes", None, "no"]), "odd").tolist() == [True, False, False]
    assert marked(pd.Series([1.0, None, 0.0]), "odd").tolist() == [True, False, False]
