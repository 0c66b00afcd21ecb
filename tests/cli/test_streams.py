"""The command on rows larger than memory: folders of parquet files, large files, arrays."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae.data.stream.blocks import ParquetBlocks
from semivae.estimators import load

QUICK = ("--set", "epochs=2", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-figures")


@pytest.fixture
def parts(frame, tmp_path, monkeypatch):
    """The table as a folder of parquet files, with the kinds of 40 of its 60 rows unknown, read in blocks of 7 rows."""

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("semivae.data.stream.blocks.MOST_ROWS", 7)
    folder = tmp_path / "parts"
    folder.mkdir()
    rows = frame.assign(kind=frame["kind"].where(np.arange(60) % 3 == 0), id=np.arange(60)).drop(columns="price")
    rows.iloc[:25].to_parquet(folder / "0.parquet", row_group_size=10)
    rows.iloc[25:].to_parquet(folder / "1.parquet")

    return folder


@pytest.fixture
def model(run, parts, tmp_path):
    """A classifier of the folder."""

    run("fit", parts, "--target", "kind", "--no-compare", *QUICK, "--out", tmp_path / "model")

    return tmp_path / "model"


def test_check_says_of_a_folder_what_it_says_of_its_rows(run, parts, tmp_path):
    whole = pd.concat([pd.read_parquet(path) for path in sorted(parts.iterdir())])
    whole.to_parquet(tmp_path / "whole.parquet", index=False)
    found, known = (
        json.loads(run("check", data, "--target", "kind", "--json").stdout)
        for data in (parts, tmp_path / "whole.parquet")
    )
    for facts in (found, known):
        facts.pop("name"), facts.pop("warnings")  # whether ids rise by one is not looked for

        for column in facts["columns"]:
            for name in ("center", "scale"):
                column["variable"][name] = pytest.approx(column["variable"][name])

    assert found == known
    assert "40 unlabeled (40 missing)" in run("check", parts, "--target", "kind").stdout


@pytest.mark.slow
def test_fit_compares_and_draws_a_sample(run, parts, tmp_path):
    out = tmp_path / "model"
    facts = json.loads(
        run("fit", parts, "--target", "kind", *QUICK, "--figures", "--json", "--out", out).stdout,
    )

    assert (facts["labeled"], facts["unlabeled"], facts["data"]["rows"]) == (20, 40, 60)
    assert {row["name"] for row in facts["comparison"]["rows"]} >= {"this model", "same network, labels alone"}
    assert {path.stem for path in (out / "figures").iterdir()} == {"loss", "latent", "reconstructions", "samples"}
    assert load(out).history_["epoch"].tolist() == [1, 2] * 2, "the history is that of the fit, not of the sample"


def test_labels_may_be_in_a_second_file(run, parts, frame, tmp_path):
    frame[["kind"]].rename(columns={"kind": "size class"}).assign(id=np.arange(60)).iloc[:30].to_csv(
        tmp_path / "labels.csv", index=False
    )
    options = ("--target", "size class", "--labels-from", tmp_path / "labels.csv")
    assert "30 labeled rows, 30 unlabeled" in run("check", parts, *options).stdout
    facts = json.loads(run("fit", parts, *options, "--no-compare", *QUICK, "--json", "--out", tmp_path / "m").stdout)

    assert facts["labeled"] == 30
    assert "id" in load(tmp_path / "m").schema_.left_out


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_predictions_are_written_block_by_block(run, model, parts, tmp_path, ending, monkeypatch):
    sizes = []
    read = ParquetBlocks.read
    monkeypatch.setattr(
        ParquetBlocks, "read", lambda *given, **rows: (sizes.append(len(b)) or b for b in read(*given, **rows))
    )
    out, scores = tmp_path / f"p.{ending}", tmp_path / f"s.{ending}"
    assert "60 rows" in run("predict", model, parts, "--out", out).stderr
    run("score", model, parts, "--out", scores)
    found, density = (pd.read_csv(path) if ending == "csv" else pd.read_parquet(path) for path in (out, scores))

    fitted = load(model)
    x = pd.concat([pd.read_parquet(path) for path in sorted(parts.iterdir())])[list(fitted.feature_names_in_)]
    assert found["prediction"].tolist() == fitted.predict(x).tolist()
    np.testing.assert_allclose(found[["probability_big", "probability_small"]], fitted.predict_proba(x))
    np.testing.assert_allclose(found["outlier_score"], fitted.outlier_score(x))
    np.testing.assert_allclose(density["log_density"], fitted.score_samples(x))
    assert sum(sizes) == 120 and max(sizes) <= 7


def test_nothing_is_written_if_a_late_block_fails(run, model, parts, tmp_path):
    late = pd.read_parquet(parts / "1.parquet").assign(size=np.inf)
    late.to_parquet(parts / "2.parquet")
    out = tmp_path / "p.parquet"
    error = run("predict", model, parts, "--out", out, code=2).stderr

    assert "infinite" in error
    assert not out.exists() and not list(tmp_path.glob(".p.parquet*"))


def test_a_large_file_is_streamed(run, parts, tmp_path, monkeypatch):
    data = parts / "1.parquet"
    assert "Encoding" not in run("fit", data, *QUICK, "--out", tmp_path / "a").stderr

    monkeypatch.setattr("semivae.workflows.inputs.sources.memory", lambda: 8 * 35 * 5 * 8 - 1)
    assert "Encoding 35 rows" in run("fit", data, *QUICK, "--out", tmp_path / "b").stderr
    monkeypatch.setattr("semivae.workflows.inputs.sources.memory", lambda: 8 * 35 * 5 * 8 + 1)
    assert "Encoding" not in run("fit", data, *QUICK, "--out", tmp_path / "c").stderr
    assert load(tmp_path / "b").schema_.container == "frame"


def test_real_targets_and_arrays_are_streamed(run, prices, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    options = ("--target", "price", "--stream", "--no-compare")
    fitted = run("fit", prices, *options, *QUICK, "--out", tmp_path / "r")
    assert "'price' is taken for a real value" in fitted.stderr
    run("predict", tmp_path / "r", prices, "--out", tmp_path / "p.csv")
    assert list(pd.read_csv(tmp_path / "p.csv")) == ["prediction", "lower", "upper", "outlier_score"]

    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(50, 2)))
    run("fit", tmp_path / "x.npy", *QUICK, "--out", tmp_path / "e")
    run("score", tmp_path / "e", tmp_path / "x.npy", "--out", tmp_path / "s.csv")
    assert len(pd.read_csv(tmp_path / "s.csv")) == 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--target", "nope"), "has no 'nope'"),
        (("--target", "kind", "--labels", 4), "labels of a stream are not hidden"),
        (("--model", "pca"), "needs all rows in memory"),
        (("--labels-from", "labels.csv"), "the name of the target is needed"),
        (("--target", "kind", "--set", "early_stopping=True"), "no rows of a stream are held out"),
    ],
)
def test_wrong_wishes_are_refused(run, parts, tmp_path, arguments, message):
    assert message in run("fit", parts, *arguments, "--quiet", "--out", tmp_path / "m", code=2).stderr


def test_text_files_cannot_be_streamed(run, table, tmp_path):
    error = run("fit", table, "--target", "kind", "--stream", "--out", tmp_path / "m", code=2).stderr

    assert "cannot be read in blocks" in error
