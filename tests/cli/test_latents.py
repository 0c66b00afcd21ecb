"""`semivae edit` and `semivae cluster`."""

import json

import numpy as np
import pandas as pd
import pytest


def test_rows_move_along_attributes(run, regressor, prices, tmp_path):
    for amount in (-3, 3):
        aim = ("--attribute", "size", "--amount", amount, "--hold", "shade=red", "-n", 5)
        run("edit", regressor, prices, *aim, "--out", tmp_path / f"{amount}.csv")

    low, high = (pd.read_csv(tmp_path / f"{amount}.csv") for amount in (-3, 3))

    assert list(low) == ["size", "count", "shade"] and len(low) == 5
    assert not np.allclose(low["size"], high["size"])


def test_images_move_towards_a_class(run, digits, tmp_path):
    aim = ("--attribute", "label=3", "--method", "linear", "-n", 4)
    run("edit", digits, "digits", *aim, "--out", tmp_path / "e.npz")

    with np.load(tmp_path / "e.npz") as found:
        assert found["X"].shape == (4, 8, 8)


def test_rows_get_another_label(run, classifier, table, tmp_path):
    run("edit", classifier, table, "--swap", "kind=big", "-n", 6, "--out", tmp_path / "e.csv")

    assert len(pd.read_csv(tmp_path / "e.csv")) == 6


@pytest.mark.parametrize(
    ("aim", "message"),
    [
        ((), "--attribute COL"),
        (("--attribute", "size", "--swap", "kind=big"), "or get another label"),
        (("--attribute", "shade"), "it holds texts"),
        (("--swap", "kind=huge"), "--swap kind=big"),
        (("--attribute", "length"), "length"),
    ],
)
def test_wrong_edits(run, classifier, table, tmp_path, aim, message):
    assert message in run("edit", classifier, table, *aim, "--out", tmp_path / "e.csv", code=2).stderr


def test_clusters_beside_classes(run, classifier, table, tmp_path):
    shown = run("cluster", classifier, table, "--count", 2, "--out", tmp_path / "c.csv").stdout
    found = pd.read_csv(tmp_path / "c.csv")

    assert shown.startswith("2 clusters, of ") and "nmi with the classes: " in shown
    assert list(found) == ["cluster", "certainty"] and len(found) == 60
    assert found["cluster"].value_counts().idxmax() == 0


def test_clusters_without_classes(run, embedding, regressor, table, prices, tmp_path):
    for model, rows in ((embedding, table), (regressor, prices)):
        out = tmp_path / f"{model.name}.csv"
        facts = json.loads(run("cluster", model, rows, "--method", "k-means", "--json", "--out", out).stdout)

        assert set(facts) == {"file", "clusters", "sizes"} and sum(facts["sizes"]) == 60
        assert list(pd.read_csv(out)) == ["cluster"]
