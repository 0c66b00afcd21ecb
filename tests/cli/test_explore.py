"""`semivae explore`: its link, its files, its errors, and its end."""

import os

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from semivae.explorer import running


def test_help_shows_an_example(run):
    assert "semivae explore digits --target label --labels 50" in run("explore", "--help").stdout


def test_a_missing_library_is_named(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert "pip install 'semivae[explorer]'" in run("explore", "digits", code=2).stderr


def test_a_saved_model_is_not_fitted_again(run):
    pytest.importorskip("fastapi", reason="the extra `explorer` is not installed")

    assert "it is fitted already" in run("explore", "model", "digits", "--target", "y", code=2).stderr


@pytest.fixture
def ended_at_once(monkeypatch):
    """Ends the explorer as Ctrl-C does, once it is there."""

    pytest.importorskip("fastapi", reason="the extra `explorer` is not installed")

    def stopped(explorer):
        raise KeyboardInterrupt

    monkeypatch.setattr(running.Explorer, "wait", stopped)


def test_sparse_rows(run, tmp_path, monkeypatch, ended_at_once):
    monkeypatch.chdir(tmp_path)
    sparse.save_npz("words.npz", sparse.csr_matrix(np.random.default_rng(0).poisson(1.0, (60, 9))))
    pd.DataFrame({"row": range(20), "topic": ["a", "b"] * 10}).to_csv("topics.csv", index=False)
    quick = ("--set", "epochs=1", "--set", "latents=2", "--no-compare", "--no-figures", "--quiet")
    run("fit", "words.npz", "--target", "topic", "--labels-from", "topics.csv", "--out", "model", *quick)
    result = run("explore", "model", "words.npz", "--no-browser", "--port", 0)

    assert "Placing 60 rows on the map" in result.stderr and "/?token=" in result.stdout


def test_the_link_comes_first_and_the_labels_stay(run, tmp_path, monkeypatch, ended_at_once):
    monkeypatch.chdir(tmp_path)
    rows = ["a,b,kind", *(f"{i % 7},{i % 5}.5,{'' if i % 3 else 'yes' if i % 2 else 'no'}" for i in range(60))]
    (tmp_path / "rows.csv").write_text("\n".join(rows))
    quick = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--set", "calibrate=False")
    result = run("explore", "rows.csv", "--target", "kind", "--no-browser", "--quiet", "--port", 0, *quick)

    (link,) = result.stdout.splitlines()
    assert link.startswith(f"http://{running.HOST}:")
    assert "/?token=" in link
    assert "Ended. 20 rows are labeled" in result.stderr
    assert sorted(os.listdir(tmp_path)) == ["rows.csv", "rows.labels.jsonl", "rows.labels.versions"]
