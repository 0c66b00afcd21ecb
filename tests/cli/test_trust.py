"""Sets and intervals of a coverage, rejected rows, and doubted labels by the command."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.cli.conftest import QUICK

from semivae import load
from semivae.data.read import read


@pytest.fixture(scope="module")
def kept(run, table, tmp_path_factory):
    """A classifier of the table with reference rows."""

    out = tmp_path_factory.mktemp("trust") / "kept"
    flags = ("--target", "kind", "--missing-label", "unknown", "--no-compare", "--set", "reference_share=0.3")
    run("fit", table, *flags, *QUICK, "--out", out)

    return out


def test_predict_adds_sets(run, classifier, table, tmp_path):
    run("predict", classifier, table, "--coverage", 0.8, "--by-class", "--out", tmp_path / "p.csv")
    found, fitted, x = pd.read_csv(tmp_path / "p.csv"), load(classifier), read(table, "kind").x

    assert np.array_equal(found[["in_set_big", "in_set_small"]], fitted.predict_set(x, 0.8, by_class=True))


def test_predict_takes_the_coverage_of_intervals(run, regressor, prices, tmp_path):
    run("predict", regressor, prices, "--coverage", 0.6, "--out", tmp_path / "p.parquet")
    found, fitted, x = pd.read_parquet(tmp_path / "p.parquet"), load(regressor), read(prices, "price").x

    assert np.array_equal(found[["lower", "upper"]], fitted.predict_interval(x, 0.6))


def test_predict_rejects_rows(run, kept, table, tmp_path):
    rows = pd.read_csv(table)
    rows.loc[:2, "size"] = 1e4
    rows.to_csv(tmp_path / "rows.csv", index=False)
    run("predict", kept, tmp_path / "rows.csv", "--reject", 0.1, "--out", tmp_path / "p.csv")
    found = pd.read_csv(tmp_path / "p.csv")

    assert found["prediction"].isna().equals(found["novelty"] <= 0.1) and found["prediction"][:3].isna().all()
    assert found["probability_big"].notna().all()


@pytest.mark.parametrize(
    ("flags", "fix"),
    [
        (("--coverage", 0.99), r"--coverage 0.95"),
        (("--coverage", 95), "--coverage 0.9"),
        (("--reject", 0.01), "--reject 0.077"),
    ],
)
def test_what_rows_do_not_allow_is_told_in_flags(run, kept, table, tmp_path, flags, fix):
    assert fix in run("predict", kept, table, *flags, "--out", tmp_path / "p.csv", code=2).stderr
    assert not (tmp_path / "p.csv").exists()


def test_a_model_without_reference_rows_says_how_to_get_them(run, classifier, table, tmp_path):
    shown = run("predict", classifier, table, "--reject", 0.1, "--out", tmp_path / "p.csv", code=2).stderr

    assert "--set reference_share=0.1" in shown


def test_doubted_labels(run, classifier, table, tmp_path):
    fitted, source = load(classifier), read(table, "kind")
    expected = fitted.mislabeled(source.x, source.y)
    shown = json.loads(run("mislabeled", classifier, table, "-n", 3, "--json").stdout)
    run("mislabeled", classifier, table, "--out", tmp_path / "all.csv")

    assert shown["labels"] == 20 and [part["row"] for part in shown["doubted"]] == expected["row"][:3].tolist()
    assert pd.read_csv(tmp_path / "all.csv")["row"].tolist() == expected["row"].tolist()
    assert "suggested" in run("mislabeled", classifier, table).stdout


@pytest.mark.slow
def test_the_folds_of_a_comparison_serve_sets_too(run, table, tmp_path):
    flags = ("--target", "kind", "--missing-label", "unknown", "--model", "m2", "--calibrate")
    run("fit", table, *flags, *QUICK, "--out", tmp_path / "m")
    fitted = load(tmp_path / "m")

    assert fitted.held_out_.rows.shape == (20,) and len(np.unique(fitted.held_out_.folds)) == 5
    assert fitted.predict_set(read(table, "kind").x, 0.8).shape == (60, 2)


def test_doubted_labels_need_one_target(run, embedding, table):
    assert "one target" in run("mislabeled", embedding, table, code=2).stderr
