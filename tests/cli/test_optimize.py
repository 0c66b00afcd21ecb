"""`semivae optimize`: through the model, a black box, and a person."""

import json

import numpy as np
import pandas as pd
import pytest

BRIEF = ("--evaluations", 8, "--proposals", 4)


def test_a_number_of_the_target_and_of_the_rows(run, regressor, prices, tmp_path):
    out = tmp_path / "best.csv"
    limits = ("--bound", "count=10:60", "--minimize", "size")
    document = json.loads(
        run("optimize", regressor, prices, "--maximize", "price", *limits, *BRIEF, "--out", out, "--json").stdout
    )
    found = pd.read_csv(out)

    assert list(found)[:6] == ["size", "count", "shade", "design", "price", "size_found"]
    assert found["count"].between(10, 60).all() and found["pareto"].iloc[0] and len(found) == 4
    assert document["evaluations"] == 8 and document["prior_weight"] == 0.1
    assert [design["price"] for design in document["designs"]] == pytest.approx(found["price"])


def test_a_class(run, classifier, table, tmp_path):
    out, by = tmp_path / "best.parquet", ("--surrogate", "scikit-learn")
    shown = run("optimize", classifier, table, "--class", "kind=big", *BRIEF, *by, "--out", out).stdout
    found = pd.read_parquet(out)

    assert found["probability_big"].between(0, 1).all() and "predicted" not in found
    assert "8 designs have values; the density of latents has weight 0.1" in shown
    assert "the Gaussian process is that of scikit-learn" in shown


def test_images_of_a_class(run, digits, tmp_path):
    out = tmp_path / "best.npz"
    figure = ("--figure", tmp_path / "search.png")
    run("optimize", digits, "digits", "--class", "label=3", *BRIEF, *figure, "--out", out)

    assert (tmp_path / "search.png").read_bytes().startswith(b"\x89PNG")

    with np.load(out) as found:
        assert found["X"].shape == (4, 8, 8) and found["z"].shape == (4, 2)
        assert found["probability_3"].shape == found["reason"].shape == (4,)

    result = run("optimize", digits, "digits", "--class", "label=3", "--out", tmp_path / "best.csv", code=2)
    assert "the designs are images" in result.stderr and "best.npz" in result.stderr


def test_a_black_box(run, regressor, prices, tmp_path, monkeypatch):
    (tmp_path / "oven.py").write_text("def heat(rows):\n    return -(rows['size'] - 1) ** 2\n")
    monkeypatch.chdir(tmp_path)
    aim = ("--black-box", "oven:heat", "--maximize", "price")
    more = ("--batch", 4, "--history", "h.json", "--figure", "search.svg")
    run("optimize", regressor, prices, *aim, *BRIEF, *more, "--out", "best.csv")
    found = pd.read_csv("best.csv")

    np.testing.assert_allclose(found["price"], -np.square(found["size"] - 1))
    assert "</svg>" in (tmp_path / "search.svg").read_text()
    assert "predicted" in found and len(json.loads((tmp_path / "h.json").read_text())["z"]) == 8

    wrong = run("optimize", regressor, prices, "--black-box", "oven:cold", "--out", "b.csv", code=2).stderr
    assert "--black-box" in wrong and "maps rows to numbers" in wrong


def test_a_person_is_asked_and_tells(run, regressor, prices, tmp_path):
    first, second, best = (tmp_path / f"{name}.csv" for name in ("first", "second", "best"))
    aim = (regressor, prices, "--maximize", "yield", "--history", tmp_path / "h.json")
    run("optimize", *aim, "--ask", 4, "--out", first)
    batch = pd.read_csv(first)

    assert batch["design"].tolist() == [0, 1, 2, 3] and batch["yield"].isna().all()

    batch.assign(**{"yield": [1.0, 2.0, np.nan, 0.0]}).to_csv(first, index=False)
    run("optimize", *aim, "--tell", first, "--ask", 2, "--out", second)

    assert pd.read_csv(second)["design"].tolist() == [4, 5]

    run("optimize", *aim, "--tell", first, "--out", best)

    assert pd.read_csv(best)["yield"].tolist() == [2.0, 1.0, 0.0]
    assert (
        "has no column design, yield"
        in run("optimize", *aim, "--tell", prices, "--out", best, "--overwrite", code=2).stderr
    )
    assert "--history" in run("optimize", *aim[:4], "--ask", 2, "--out", tmp_path / "n.csv", code=2).stderr


def test_rows_are_needed_by_the_gate_alone(run, regressor, tmp_path):
    aim = ("optimize", regressor, "--maximize", "price", "--evaluations", 4, "--out", tmp_path / "b.csv")

    assert "the gate compares designs with real rows" in run(*aim, code=2).stderr
    run(*aim, "--gate", "none")
    assert pd.read_csv(tmp_path / "b.csv")["p_value"].isna().all()


@pytest.mark.parametrize(
    ("aim", "message"),
    [
        ((), "no aim is given"),
        (("--maximize", "kind"), "--class kind=VALUE"),
        (("--maximize", "length"), "it must be a number of the model or of its rows"),
        (("--class", "kind=huge"), "--class kind=big"),
        (("--target", "size"), "--target COL=VALUE"),
        (("--target", "size=small"), "'small' is no number"),
        (("--maximize", "size", "--bound", "count=3"), "--bound count=:3"),
        (("--black-box", "math:sqrt", "--maximize", "size", "--minimize", "count"), "measures one column"),
    ],
)
def test_wrong_aims(run, classifier, table, tmp_path, aim, message):
    assert message in run("optimize", classifier, table, *aim, "--out", tmp_path / "b.csv", code=2).stderr
