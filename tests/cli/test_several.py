"""Several targets: fitted from rows that hold some of them, and measured one by one."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae.estimators import load

QUICK = ("--set", "epochs=2", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-figures")
BOTH = ("--target", "kind", "--target", "price")


@pytest.fixture
def partly(frame, tmp_path):
    """The table as CSV: each row has a kind, a price, both or neither."""

    path = tmp_path / "partly.csv"
    known = np.random.default_rng(0).random((60, 2)) < 0.6
    frame.assign(**frame[["kind", "price"]].astype(object).where(known)).to_csv(path, index=False)

    return path


@pytest.fixture
def truth(frame, tmp_path):
    """The table as CSV, with every kind and price."""

    frame.to_csv(tmp_path / "truth.csv", index=False)

    return tmp_path / "truth.csv"


def test_targets_are_learned_together_and_measured_one_by_one(run, partly, truth, frame, tmp_path):
    result = run("fit", partly, *BOTH, *QUICK, "--figures", "--out", tmp_path / "m", "--json")
    facts = json.loads(result.stdout)
    fitted = load(tmp_path / "m")

    assert "'kind' is taken for a class" in result.stderr and "'price' is taken for a real value" in result.stderr
    assert facts["estimator"] == "VAEPredictor" and facts["task"] == "several" and facts["comparison"] is None
    assert facts["data"]["target"] == ["kind", "price"] and facts["labeled"] + facts["unlabeled"] == 60
    assert [part.name for part in fitted.schema_.targets] == ["kind", "price"]
    assert len(list((tmp_path / "m" / "figures").iterdir())) == 4

    measured = json.loads(run("evaluate", tmp_path / "m", truth, "--json").stdout)
    expected = fitted.scores(frame.drop(columns=["kind", "price"]), frame[["kind", "price"]])

    assert measured["n"] == measured["targets"]["kind"]["n"] == measured["targets"]["price"]["n"] == 60
    assert measured["targets"]["kind"]["accuracy"] == pytest.approx(expected["kind"])
    assert measured["targets"]["price"]["r2"] == pytest.approx(expected["price"])
    assert "price: coverage" in run("evaluate", tmp_path / "m", truth).stdout


def test_rows_with_some_of_the_targets_are_measured_by_these(run, partly, frame, tmp_path):
    run("fit", partly, *BOTH, *QUICK, "--out", tmp_path / "m")
    frame.drop(columns="kind").assign(price=frame["price"].where(frame.index < 20)).to_csv(tmp_path / "x.csv")

    found = json.loads(run("evaluate", tmp_path / "m", tmp_path / "x.csv", "--json").stdout)["targets"]

    assert found["kind"] == {"n": 0} and found["price"]["n"] == 20 and "r2" in found["price"]
    frame.drop(columns=["kind", "price"]).to_csv(tmp_path / "none.csv")
    assert "no 'kind'" in run("evaluate", tmp_path / "m", tmp_path / "none.csv", code=2).stderr


def test_labels_keeps_so_many_rows_with_their_targets(run, truth, tmp_path):
    run("fit", truth, *BOTH, *QUICK, "--labels", 25, "--out", tmp_path / "m")

    assert (load(tmp_path / "m").n_labeled_, load(tmp_path / "m").n_unlabeled_) == (25, 35)


def test_one_target_may_be_learned_as_several(run, truth, tmp_path):
    run("fit", truth, "--target", "kind", "--task", "several", *QUICK, "--out", tmp_path / "m")

    assert type(load(tmp_path / "m")).__name__ == "VAEPredictor"


def test_targets_of_a_stream_are_learned_and_measured(run, partly, truth, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "parts").mkdir()
    pd.read_csv(partly).to_parquet(tmp_path / "parts" / "0.parquet", index=False)
    known, found = (json.loads(run("check", data, *BOTH, "--json").stdout) for data in (partly, tmp_path / "parts"))
    run("fit", tmp_path / "parts", *BOTH, *QUICK, "--out", tmp_path / "m")

    assert [one["labeled"] for one in found["targets"]] == [one["labeled"] for one in known["targets"]]
    assert [one["counts"] for one in found["targets"]] == [one["counts"] for one in known["targets"]]
    assert set(json.loads(run("evaluate", tmp_path / "m", truth, "--json").stdout)["targets"]) == {"kind", "price"}


def test_targets_that_are_not_learned_are_left_out_of_the_rows(run, truth, tmp_path):
    result = run("fit", truth, *BOTH, "--model", "vae", *QUICK, "--out", tmp_path / "m")

    assert "'kind' and 'price' are left out of the rows" in result.stderr
    assert [variable.name for variable in load(tmp_path / "m").schema_.x] == ["size", "count", "shade"]

    run("score", tmp_path / "m", truth, "--out", tmp_path / "scores.csv")
    assert len(pd.read_csv(tmp_path / "scores.csv")) == 60


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "kind", "--target", "kind"], "'kind' is given twice"),
        (["--target", "kind", "--target", "kin"], "did you mean 'kind'?"),
        ([*BOTH, "--task", "class"], "judged by its values"),
        ([*BOTH, "--labels-from", "labels.csv"], "a second file holds one target"),
        ([*BOTH, "--model", "m2"], "the models that do are 'predictor'"),
        ([*BOTH, "--labels", "61"], "cannot keep 61 labels out of 60"),
        (["--task", "several"], "add --target COL"),
    ],
)
def test_what_does_not_go_together(run, truth, tmp_path, words, said):
    assert said in run("fit", truth, *words, *QUICK, "--out", tmp_path / "m", code=2).stderr
    assert not (tmp_path / "m").exists()


def test_check_tells_of_each_target(run, partly):
    shown = run("check", partly, *BOTH).stdout
    facts = json.loads(run("check", partly, *BOTH, "--json").stdout)

    assert "target 'kind': class" in shown and "target 'price': real" in shown
    assert facts["task"] == "several" and [one["task"] for one in facts["targets"]] == ["class", "real"]
    assert [column["variable"]["name"] for column in facts["columns"]] == ["size", "count", "shade"]
    assert all(0 < one["labeled"] < 60 for one in facts["targets"])
    assert "given twice" in run("check", partly, "--target", "kind", "--target", "kind", code=2).stderr


def test_an_array_has_no_columns_by_name(run, tmp_path):
    said = run("fit", "digits", "--target", "label", "--target", "other", "--out", tmp_path / "m", code=2).stderr

    assert "several targets are columns of a table" in said
