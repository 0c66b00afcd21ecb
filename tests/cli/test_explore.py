"""`semivae explore`: its link, its files, its errors, and its end."""

import os
import signal
import subprocess
import sys

import pytest

from semivae.explorer import running


def test_help_shows_an_example(run):
    assert "semivae explore digits --target label --labels 50" in run("explore", "--help").stdout


def test_a_missing_library_is_named(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert "pip install 'semivae[explorer]'" in run("explore", "digits", code=2).stderr


def test_a_saved_model_is_not_fitted_again(run):
    pytest.importorskip("fastapi", reason="the extra `explorer` is not installed")

    assert "it is fitted already" in run("explore", "model", "digits", "--target", "y", code=2).stderr


def test_the_link_comes_first_and_the_labels_stay(tmp_path):
    pytest.importorskip("fastapi", reason="the extra `explorer` is not installed")
    rows = ["a,b,kind", *(f"{i % 7},{i % 5}.5,{'' if i % 3 else 'yes' if i % 2 else 'no'}" for i in range(60))]
    (tmp_path / "rows.csv").write_text("\n".join(rows))
    asked = ["rows.csv", "--target", "kind", "--no-browser", "--quiet", "--port", "0", "--set", "hidden=(8,)"]
    command = [sys.executable, "-m", "semivae", "explore", *asked, "--set", "epochs=1"]

    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        link = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=60)

    assert link.startswith(f"http://{running.HOST}:"), told
    assert "/?token=" in link
    assert not rest
    assert process.returncode == 0, told
    assert "Ended. 20 rows are labeled" in told
    assert sorted(os.listdir(tmp_path)) == ["rows.csv", "rows.labels.jsonl", "rows.labels.versions"]
