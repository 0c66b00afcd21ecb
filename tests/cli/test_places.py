"""No fit deletes, overwrites or waits for what is not its own."""

import subprocess
import sys

import pandas as pd
import pytest

from semivae.store import read_folder

SETTINGS = (
    "--set",
    "epochs=1",
    "--set",
    "hidden=(8,)",
    "--set",
    "latents=2",
    "--no-compare",
    "--quiet",
    "--no-figures",
)


@pytest.fixture
def fit(run, table):
    """Fits a small model."""

    def fit(*arguments, code=0):
        return run("fit", table, "--target", "kind", "--missing-label", "unknown", *SETTINGS, *arguments, code=code)

    return fit


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("out", "state"),
    [("run/model", "run"), ("run", "run/state"), ("run", "run"), ("link/model", "run"), ("run.stage2", "run")],
)
def test_model_and_state_in_each_other_are_refused_before_the_fit(fit, tmp_path, out, state):
    (tmp_path / "run").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "run")
    shown = fit("--out", tmp_path / out, "--checkpoint", tmp_path / state, code=2).stderr

    assert "need separate folders" in shown and "epoch" not in shown
    assert names(tmp_path) == ["link", "run"] and names(tmp_path / "run") == []


def test_fix_for_nested_folders_works(fit, tmp_path):
    shown = fit("--out", tmp_path / "run" / "m", "--checkpoint", tmp_path / "run", code=2).stderr
    fix = shown.split("Fix: --checkpoint ")[1].strip()

    fit("--out", tmp_path / "run" / "m", "--checkpoint", fix)
    assert names(tmp_path / "run") == ["m"] and read_folder(tmp_path / "run" / "m")


@pytest.mark.parametrize("name", ["ck", "*", "[a-z]?", ".hidden", "a b"])
def test_hidden_folders_of_others_stay(fit, tmp_path, name):
    for other in (f".{name}-backup", f".{name}.checkpoint-old", ".git", ".m-12345678", ".m.checkpoint-old"):
        (tmp_path / other).mkdir()
        (tmp_path / other / "thesis.tex").write_text("years")

    before = names(tmp_path)
    fit("--out", tmp_path / "m", "--checkpoint", tmp_path / name)

    assert names(tmp_path) == sorted([*before, "m"])
    assert all(names(tmp_path / other) == ["thesis.tex"] for other in before)


HOLDER = "import sys, time, semivae.store as s\nwith s.taken(sys.argv[1]):\n print(flush=True)\n time.sleep(60)"


@pytest.mark.parametrize("held", ["m", "m.checkpoint"])
def test_second_fit_into_the_same_folder_is_refused_before_it_reads(run, tmp_path, held):
    with subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / held], stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        shown = run("fit", "no such data", "--out", tmp_path / "m", code=2).stderr
        other.kill()

    assert f"{held} is in use by process {other.pid}" in shown and "no such data" not in shown
    assert "no such data" in run("fit", "no such data", "--out", tmp_path / "m", code=2).stderr
    assert names(tmp_path) == []


@pytest.mark.parametrize("command", ["fit", "demo", "predict"])
def test_loop_of_links_is_a_named_error(run, classifier, table, tmp_path, command):
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    arguments = {"fit": (table,), "demo": (), "predict": (classifier, table)}[command]
    shown = run(command, *arguments, "--out", tmp_path / "a.csv", "--overwrite", code=2).stderr

    assert "a.csv cannot be written" in shown and "link" in shown


def test_name_that_is_too_long_is_not_called_a_full_disk(fit, tmp_path):
    shown = fit("--out", tmp_path / ("m" * 300), code=2).stderr

    assert "File name too long" in shown and "shorter name" in shown and "space" not in shown


def test_predictions_leave_nothing_beside_them(run, classifier, table, tmp_path):
    run("predict", classifier, table, "--out", tmp_path / "new" / "p.csv")

    assert names(tmp_path / "new") == ["p.csv"] and len(pd.read_csv(tmp_path / "new" / "p.csv")) == 60
