"""The command on files without a header, arrays, labels in a second file, and text that looks like a formula."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae.cli.outputs import write_table
from semivae.data.read import read
from semivae.errors import StoreError
from semivae.estimators import load

QUICK = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-figures")
FIT = ("--no-compare", *QUICK)


@pytest.fixture
def bare(frame, tmp_path):
    """The table without a header; x4 is the kind."""

    frame.to_csv(tmp_path / "bare.data", index=False, header=False)

    return tmp_path / "bare.data"


@pytest.fixture
def apart(frame, tmp_path):
    """The table with identifiers, and the kinds of 30 of its rows in a second file."""

    names = [f"row {i}" for i in range(60)]
    frame.drop(columns=["kind", "price"]).assign(id=names).to_csv(tmp_path / "x.csv", index=False)
    frame[["kind"]].assign(id=names).iloc[::2].to_csv(tmp_path / "labels.csv", index=False)

    return tmp_path / "x.csv", ("--target", "kind", "--labels-from", tmp_path / "labels.csv")


def test_files_without_a_header(run, bare, tmp_path):
    assert "starts with" not in run("check", bare, "--no-header", "--target", "x4").stderr
    facts = run("fit", bare, "--no-header", "--target", "x4", *FIT, "--json", "--out", tmp_path / "m")
    assert json.loads(facts.stdout)["labeled"] == 60

    run("predict", tmp_path / "m", bare, "--no-header", "--out", tmp_path / "p.csv")
    run("score", tmp_path / "m", bare, "--no-header", "--out", tmp_path / "s.csv")
    assert len(read(tmp_path / "p.csv").x) == len(read(tmp_path / "s.csv").x) == 60
    assert json.loads(run("evaluate", tmp_path / "m", bare, "--no-header", "--json").stdout)["n"] == 60


def test_several_targets_without_a_header(run, bare, tmp_path):
    targets = ("--no-header", "--target", "x3", "--target", "x4")
    assert len(json.loads(run("check", bare, *targets, "--json").stdout)["targets"]) == 2
    run("fit", bare, *targets, *FIT, "--out", tmp_path / "m")
    assert set(json.loads(run("evaluate", tmp_path / "m", bare, "--no-header", "--json").stdout)["targets"]) == {
        "x3",
        "x4",
    }


def test_first_line_of_numbers_names_the_option(run, tmp_path):
    (tmp_path / "t.csv").write_text("1,2\n3,4\n")

    assert "Fix: --no-header" in run("check", tmp_path / "t.csv", code=2).stderr
    assert "only text files" in run("check", "digits", "--no-header", code=2).stderr


def test_labels_of_a_text_file_may_be_in_a_second_one(run, apart, tmp_path):
    rows, options = apart
    facts = json.loads(run("check", rows, *options, "--json").stdout)
    assert (facts["target"]["labeled"], facts["target"]["unlabeled"]) == (30, 30)
    assert facts["left_out"] == ["id"] and "id" not in [column["variable"]["name"] for column in facts["columns"]]

    found = json.loads(run("fit", rows, *options, *QUICK, "--json", "--out", tmp_path / "m").stdout)
    assert (found["labeled"], found["unlabeled"]) == (30, 30) and found["comparison"]
    fitted = load(tmp_path / "m")
    assert "id" in fitted.schema_.left_out and "id" not in [variable.name for variable in fitted.schema_.x]

    # The rows may have the identifier, or not.
    pd.read_csv(rows).drop(columns="id").to_csv(tmp_path / "bare.csv", index=False)
    for data in (rows, tmp_path / "bare.csv"):
        run("predict", tmp_path / "m", data, "--out", tmp_path / "p.csv", "--overwrite")
        run("score", tmp_path / "m", data, "--out", tmp_path / "s.csv", "--overwrite")
        assert len(pd.read_csv(tmp_path / "p.csv")) == 60

    assert json.loads(run("evaluate", tmp_path / "m", rows, *options, "--json").stdout)["n"] == 30


def test_labels_of_images_may_be_in_a_second_file(run, tmp_path):
    random = np.random.default_rng(0)
    images = random.random((40, 8, 8))
    np.savez(tmp_path / "x.npz", X=images)
    np.save(tmp_path / "x.npy", images)
    pd.DataFrame({"row": np.arange(0, 40, 2), "y": ["u", "v"] * 10}).to_csv(tmp_path / "y.csv", index=False)

    for ending in ("npz", "npy"):
        options = (tmp_path / f"x.{ending}", "--target", "y", "--labels-from", tmp_path / "y.csv")
        assert "20 labeled rows, 20 unlabeled" in run("check", *options).stdout
        found = json.loads(run("fit", *options, *FIT, "--json", "--out", tmp_path / ending).stdout)
        assert found["labeled"] == 20
        run("predict", tmp_path / ending, tmp_path / "x.npy", "--out", tmp_path / f"{ending}.csv")


def test_joined_labels_that_cannot_be(run, apart, tmp_path):
    rows, options = apart
    error = run("check", rows, *options[2:], code=2).stderr
    assert "name of the target is needed" in error and "--target COL" in error
    assert "a second file holds one target" in run("check", rows, *options, "--target", "size", code=2).stderr


def test_tables_in_npy_files_are_read_by_every_command(run, tmp_path):
    path = tmp_path / "x.npy"
    x = np.random.default_rng(0).normal(size=(50, 3))
    np.save(path, x)
    pd.DataFrame({"row": range(50), "y": np.where(x[:, 0] > 0, "u", "v")}).to_csv(tmp_path / "y.csv", index=False)
    options = ("--target", "y", "--labels-from", tmp_path / "y.csv")

    assert "50 labeled rows" in run("check", path, *options).stdout
    run("fit", path, *options, *FIT, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", path, "--out", tmp_path / "p.csv")
    run("score", tmp_path / "m", path, "--out", tmp_path / "s.csv")
    assert json.loads(run("evaluate", tmp_path / "m", path, *options, "--json").stdout)["n"] == 50

    for command in (["check", path], ["fit", path, "--out", tmp_path / "n"], ["evaluate", tmp_path / "m", path]):
        assert "--target y, --labels-from labels.csv" in run(*command, "--target", "y", code=2).stderr


def test_formulas_are_text_in_what_is_written(run, tmp_path):
    link = '=HYPERLINK("http://x.example","win")'
    frame = pd.DataFrame({"@size": np.arange(60.0), "y": [link, "-low"] * 30})
    frame.to_csv(tmp_path / "t.csv", index=False)
    run("fit", tmp_path / "t.csv", "--target", "y", *FIT, "--out", tmp_path / "m")

    for options, guard in ((), "'"), (("--raw-csv",), ""):
        for command in (
            ["predict", tmp_path / "m", tmp_path / "t.csv"],
            ["sample", tmp_path / "m", "--given", "y=-low"],
        ):
            run(*command, *options, "--out", tmp_path / "out.csv", "--overwrite")
            text = pd.read_csv(tmp_path / "out.csv")
            cells = text["prediction" if command[0] == "predict" else "y"]

            assert set(cells) <= {f"{guard}{link}", f"{guard}-low"}
            assert command[0] == "predict" or f"{guard}@size" in text

        run("score", tmp_path / "m", tmp_path / "t.csv", *options, "--out", tmp_path / "s.csv", "--overwrite")

    run("predict", tmp_path / "m", tmp_path / "t.csv", "--out", tmp_path / "again.csv")
    assert set(read(tmp_path / "again.csv").x["prediction"]) <= {link, "-low"}


def test_halves_of_characters_lose_no_table(tmp_path):
    rows = pd.DataFrame({"a": pd.Series(["x", "\udce9=y"], dtype=object)})

    with pytest.warns(UserWarning, match=r"halves of characters.*as \?"):
        assert write_table(tmp_path / "t.csv", [rows]) == 2

    assert (tmp_path / "t.csv").read_text() == "a\nx\n?=y\n"

    with pytest.raises(StoreError, match=r"(?s)halves of characters.*Fix: --out"):
        write_table(tmp_path / "t.parquet", [rows])
