"""The command on files of vectors and of texts."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.data.test_vectors import N, P, X

from semivae import load
from semivae.data.sentences import embed

SETTINGS = ("epochs=1", "hidden=(8,)", "latents=2", "committee=False", "calibrate=False")
QUICK = (*(part for one in SETTINGS for part in ("--set", one)), "--quiet", "--no-compare", "--no-figures")
LABELS = ["p", "q"] * 10 + [None] * (N - 20)


@pytest.fixture(scope="module")
def files(folder):
    np.save(folder / "v.npy", X)
    pd.DataFrame({"row": range(20), "y": LABELS[:20]}).to_csv(folder / "labels.csv", index=False)
    texts = [f"question {i}" for i in range(N)]
    pd.DataFrame({"said": texts, "y": LABELS}).to_csv(folder / "t.csv", index=False)

    return folder


@pytest.fixture(autouse=True)
def language(monkeypatch):
    """Vectors in place of the language model."""

    found = {f"question {i}": X[i] for i in range(N)}
    monkeypatch.setattr(embed, "read", lambda texts: np.stack([found[text] for text in texts]))
    embed.known.cache_clear()

    yield

    embed.known.cache_clear()


def test_array_of_vectors(run, files, tmp_path):
    given = (files / "v.npy", "--target", "y", "--labels-from", files / "labels.csv")
    seen = json.loads(run("check", *given, "--json").stdout)

    assert seen["container"] == "vector" and [one["variable"]["kind"] for one in seen["columns"]] == ["vector"]
    assert seen["target"]["labeled"] == 20
    assert "with 64 variables" in run("check", files / "v.npy", "--kind", "real").stdout
    assert "a vector" in run("check", files / "v.npy").stdout

    run("fit", *given, *QUICK, "--out", tmp_path / "m")
    run("sample", tmp_path / "m", "-n", 5, "--out", tmp_path / "new.csv")
    run("score", tmp_path / "m", tmp_path / "new.csv", "--out", tmp_path / "scores.csv")

    assert load(tmp_path / "m").schema_.vector and pd.read_csv(tmp_path / "new.csv").shape == (5, P)
    assert np.isfinite(pd.read_csv(tmp_path / "scores.csv").iloc[:, 0]).all()


def test_texts(run, files, tmp_path):
    given = (files / "t.csv", "--target", "y", "--embed", "said")

    assert "texts, embedded as 64 numbers" in run("check", *given).stdout

    run("fit", *given, *QUICK, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", files / "t.csv", "--out", tmp_path / "p.csv")
    refused = run("explain", tmp_path / "m", files / "t.csv", code=2).stderr

    assert len(pd.read_csv(tmp_path / "p.csv")) == N and "of vectors" in refused


@pytest.mark.slow
def test_report_shows_the_text_that_is_nearest_to_each_sample(run, files, tmp_path):
    run("fit", files / "t.csv", "--target", "y", "--embed", "said", *QUICK, "--out", tmp_path / "m")
    run("report", tmp_path / "m", files / "t.csv", "--out", tmp_path / "r.html")

    assert (tmp_path / "r.html").read_text().count("question ") > 8
