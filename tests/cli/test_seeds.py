"""`semivae fit --seeds` is that many fits, each as its own command, and a table of them; --held-out measures epochs."""

import json

import pandas as pd
import pytest

from semivae import load
from semivae.workflows.draws import curves

QUICK = ("--set", "epochs=2", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-report")


@pytest.fixture(scope="module")
def runs(run, table, tmp_path_factory):
    """The folder of two fits, and what the command showed."""

    out = tmp_path_factory.mktemp("seeds") / "runs"
    arguments = ("fit", table, "--target", "kind", "--labels", 20, "--held-out", table, "--seed", 3, "--seeds", 2)

    return out, run(*arguments, "--model", "m2", *QUICK, "--no-compare", "--out", out).stdout


@pytest.mark.slow
def test_each_fit_is_that_of_its_own_command(runs, run, table, tmp_path):
    out, _ = runs
    arguments = ("fit", table, "--target", "kind", "--labels", 20, "--held-out", table, "--seed", 4, "--model", "m2")
    run(*arguments, *QUICK, "--no-compare", "--no-figures", "--out", tmp_path / "m")
    alone, together = (load(place).history_.drop(columns="seconds") for place in (tmp_path / "m", out / "seed-4"))

    pd.testing.assert_frame_equal(alone, together)
    assert "held_out_accuracy" in alone
    assert "--seed 4" in load(out / "seed-4").metrics_["command"]


def test_scores_are_shown_and_written(runs, run, table):
    out, shown = runs
    found = json.loads((out / "seeds.json").read_text())
    measured = run("evaluate", out / "seed-3", table, "--json").stdout

    assert found["fits"]["seed-3"]["accuracy"] == pytest.approx(json.loads(measured)["accuracy"])
    assert found["mean"]["accuracy"] == pytest.approx(sum(fit["accuracy"] for fit in found["fits"].values()) / 2)
    assert all(word in shown for word in ("seed-3", "seed-4", "mean", "deviation", "log_loss"))
    assert (out / "bands.png").read_bytes().startswith(b"\x89PNG")


def test_continued_command_keeps_what_is_done(runs, run, table):
    out, _ = runs
    before = (out / "seed-3" / "model.json").stat().st_mtime_ns
    arguments = ("fit", table, "--target", "kind", "--labels", 20, "--held-out", table, "--seed", 3, "--seeds", 2)
    shown = run(*arguments, "--model", "m2", *QUICK, "--no-compare", "--resume", "--json", "--out", out).stdout

    assert set(json.loads(shown)["fits"]) == {"seed-3", "seed-4"}
    assert (out / "seed-3" / "model.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("options", "text"),
    [(("--devices", 2), "one process"), (("--checkpoint", "s"), "beside its own folder")],
)
def test_options_that_fits_cannot_share(run, table, tmp_path, options, text):
    assert text in run("fit", table, "--seeds", 2, *options, "--out", tmp_path / "m", code=2).stderr


def test_held_out_rows_need_a_target(run, table, tmp_path):
    shown = run("fit", table, "--model", "vae", "--held-out", table, "--out", tmp_path / "m", code=2).stderr

    assert "--held-out" in shown and "one class or number" in shown


def test_folder_of_other_files_is_left_alone(run, table, tmp_path):
    (tmp_path / "note.txt").write_text("mine")

    assert "exists" in run("fit", table, "--seeds", 2, "--out", tmp_path, code=2).stderr


def test_divergences_stand_at_the_epochs_of_their_stage(classifier):
    fitted = load(classifier)
    (line,) = curves({"gmvae": [fitted]})["divergence of a unit (mean, nats)"]["gmvae"].tolist()
    last = fitted.history_["stage"].max()

    assert len(line) == len(fitted.history_)
    assert [value != value for value in line] == (fitted.history_["stage"] == last).tolist()
    assert line[0] == pytest.approx(fitted.units_.filter(like="unit ").iloc[0].mean())
