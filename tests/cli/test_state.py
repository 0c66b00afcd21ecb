"""A fit that was stopped or killed is continued by the same command, and never lost by accident."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from semivae.cli.launch import cores, meeting
from semivae.engine import Progress, is_checkpoint
from semivae.errors import SettingError
from semivae.estimators import load

SETTINGS = ("--set", "epochs=4", "--set", "hidden=(8,)", "--set", "latents=2", "--no-compare", "--no-figures")


@pytest.fixture
def arguments(table, tmp_path):
    return ["fit", table, "--target", "kind", "--missing-label", "unknown", *SETTINGS, "--out", tmp_path / "m"]


@pytest.fixture
def stopped(run, arguments, monkeypatch):
    """Stops a fit after its second epoch and returns what was shown."""

    def stop(self, record):
        if record["epoch"] == 2:
            raise KeyboardInterrupt

    def fit(*more):
        with monkeypatch.context() as patch:
            patch.setattr(Progress, "epoch", stop)

            return run(*arguments, *more)

    return fit


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize(("place", "model", "stages"), [(None, "auto", 2), ("elsewhere", "auto", 2), (None, "m2", 1)])
def test_stopped_fit_is_continued_exactly(run, arguments, stopped, tmp_path, place, model, stages):
    more = ["--model", model, *([] if place is None else ["--checkpoint", tmp_path / place])]
    state = tmp_path / (place or "m.checkpoint")
    shown = stopped(*more).stderr

    assert is_checkpoint(state) and "--resume" in shown and str(state) in shown
    assert load(tmp_path / "m").stopped_ == "interrupted"

    shown = run(*arguments, *more, "--resume").stderr
    assert "Continued at step 1 of epoch 3" in shown
    assert shown.count("epoch 3/4") == stages and shown.count("epoch 2/4") == stages - 1, "stages after the first"
    assert not state.exists()

    run(*arguments[:-1], tmp_path / "whole", "--model", model)
    assert weights(tmp_path / "m") == weights(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m", "whole"]


def test_state_is_not_lost_without_leave(run, arguments, stopped, tmp_path):
    stopped()
    before = weights(tmp_path / "m")
    message = run(*arguments, code=2).stderr

    assert "m.checkpoint holds the state of a fit that was stopped" in message
    assert "--resume" in message and "--overwrite" in message
    assert is_checkpoint(tmp_path / "m.checkpoint") and weights(tmp_path / "m") == before


def test_overwrite_starts_anew(run, arguments, stopped, tmp_path):
    stopped()

    assert "epoch 1/4" in run(*arguments, "--overwrite").stderr
    assert not (tmp_path / "m.checkpoint").exists()


def test_resume_of_nothing_is_a_start(run, arguments, tmp_path):
    shown = run(*arguments, "--resume").stderr

    assert "There is no state in" in shown and "epoch 1/4" in shown
    assert "exists" in run(*arguments, "--resume", code=2).stderr


def test_resume_with_other_settings_is_refused(run, arguments, stopped):
    stopped()
    others = ["latents=3" if argument == "latents=2" else argument for argument in arguments]
    message = run(*others, "--resume", "--seed", 7, code=2).stderr

    assert "plan.latents is 2 there and 3 here" in message and "seed is" in message


def test_resume_with_other_rows_is_refused(run, arguments, stopped, frame, tmp_path):
    stopped()
    other = frame.drop(columns="price").assign(size=frame["size"] * 2)
    other.to_csv(tmp_path / "other.csv", index=False)

    assert "schema.x.0" in run("fit", tmp_path / "other.csv", *arguments[2:], "--resume", code=2).stderr


def test_resume_replaces_no_other_model(run, arguments, stopped, tmp_path):
    run(*arguments[:-1], tmp_path / "good")
    before = weights(tmp_path / "good")
    stopped("--checkpoint", tmp_path / "ck")
    message = run(*arguments[:-1], tmp_path / "good", "--checkpoint", tmp_path / "ck", "--resume", code=2).stderr

    assert "good already exists" in message and weights(tmp_path / "good") == before and is_checkpoint(tmp_path / "ck")


def test_fit_that_was_stopped_in_its_first_epoch_is_saved_and_continued(run, arguments, tmp_path, monkeypatch):
    def stop(self, epoch, step):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("semivae.engine.loop.Run.seed", stop)
        run(*arguments)

    assert load(tmp_path / "m").stopped_ == "interrupted" and len(load(tmp_path / "m").history_) == 0
    run("info", tmp_path / "m")
    run(*arguments, "--resume")
    assert load(tmp_path / "m").stopped_ == "done"
    assert load(tmp_path / "m").history_["epoch"].tolist() == [1, 2, 3, 4] * 2, "both stages are whole"


def test_finished_fit_leaves_no_state(run, arguments, tmp_path):
    run(*arguments)

    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_folder_of_something_else_is_left_alone(run, arguments, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "text").write_text("years")

    message = run(*arguments, "--checkpoint", tmp_path / "thesis", code=2).stderr
    assert "is not the state of a run" in message and not (tmp_path / "m").exists()


def test_machines_have_to_know_where_to_meet(monkeypatch):
    monkeypatch.delenv("MASTER_ADDR", raising=False)

    with pytest.raises(SettingError, match="MASTER_ADDR"):
        meeting(2)

    monkeypatch.setenv("MASTER_ADDR", "first")
    assert meeting(2) == meeting(3) == {"rdzv_endpoint": "first:29400", "run_id": "semivae"}
    assert meeting(1) != meeting(1), "two fits on one machine would meet"
    assert cores() >= 1


@pytest.mark.parametrize("parts", [3, 7])
def test_shards_are_the_whole(run, classifier, table, tmp_path, parts):
    run("predict", classifier, table, "--out", tmp_path / "p.csv")

    for part in range(1, parts + 1):
        run("predict", classifier, table, "--shard", f"{part}/{parts}", "--out", tmp_path / "p.csv")

    shards = [pd.read_csv(tmp_path / f"p-{part}-of-{parts}.csv") for part in range(1, parts + 1)]
    assert max(map(len, shards)) - min(map(len, shards)) <= 1
    pd.testing.assert_frame_equal(pd.concat(shards, ignore_index=True), pd.read_csv(tmp_path / "p.csv"))


def test_process_of_torchrun_predicts_its_shard(run, digits, tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    result = run("predict", digits, "digits", "--out", tmp_path / "p.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["p-2-of-2.csv"]
    assert result.stdout == result.stderr == "", "one process speaks for all"


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/0"])
def test_wrong_shard(run, classifier, table, tmp_path, shard):
    assert "--shard 1/8" in run("predict", classifier, table, "--shard", shard, "--out", tmp_path / "p", code=2).stderr


# Two processes

ENTRY = [sys.executable, "-m", "semivae"]


def start(arguments, **options):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    return subprocess.Popen(
        [*ENTRY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def until(process, text):
    """Reads what a process says until it says something."""

    for line in process.stderr:
        if text in line:
            return

    raise AssertionError(f"{text!r} was never said")


def children(process):
    """The processes that a launcher started, of which others watch over them."""

    found = subprocess.run(["pgrep", "-P", str(process.pid), "-f", "spawn_main"], capture_output=True, text=True)

    return [int(pid) for pid in found.stdout.split()]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it asks Linux for the processes")
@pytest.mark.parametrize("way", ["stopped", "killed"])
def test_two_processes_are_stopped_or_killed(table, tmp_path, way):
    arguments = ["fit", table, "--target", "kind", "--missing-label", "unknown", *SETTINGS, "--devices", 2]
    arguments += ["--set", "epochs=400", "--set", "precision=float32"]
    whole = start([*arguments, "--out", tmp_path / "whole"])
    shown, _ = whole.communicate()
    assert whole.returncode == 0 and shown.count("Wrote") == 1

    process = start([*arguments, "--out", tmp_path / "m"])
    until(process, "epoch 40/400")

    if way == "stopped":
        process.send_signal(signal.SIGINT)
    else:
        os.kill(children(process)[-1], signal.SIGKILL)

    began = time.monotonic()
    _, said = process.communicate()
    assert process.returncode == 0, said

    if way == "stopped":
        assert time.monotonic() - began < 25, "the launcher had to kill its processes"
        assert "stopped by hand" in said and is_checkpoint(tmp_path / "m.checkpoint")
        again = start([*arguments, "--out", tmp_path / "m", "--resume"])
        _, said = again.communicate()
        assert again.returncode == 0 and "Continued at" in said

    assert weights(tmp_path / "m") == weights(tmp_path / "whole")
    assert not (tmp_path / "m.checkpoint").exists()


@pytest.mark.slow
def test_two_processes_learn_what_one_does(table, tmp_path):
    arguments = [
        "fit",
        table,
        "--target",
        "kind",
        "--missing-label",
        "unknown",
        *SETTINGS,
        "--set",
        "precision=float32",
    ]

    for devices in (1, 2):
        process = start([*arguments, "--devices", devices, "--out", tmp_path / str(devices)])
        _, said = process.communicate()
        assert process.returncode == 0, said

    one, two = (pd.read_csv(tmp_path / name / "history.csv").drop(columns="seconds") for name in "12")
    assert list(one) == list(two) and len(one) == len(two)
    np.testing.assert_allclose(one["loss"], two["loss"], rtol=0.1)  # each process has noise of its own


@pytest.mark.slow
def test_error_of_two_processes_is_told_once(tmp_path):
    process = start(["fit", tmp_path / "none.csv", "--devices", 2, "--out", tmp_path / "m"])
    _, said = process.communicate()

    assert process.returncode == 2 and said.count("does not exist") == 1 and "Traceback" not in said
