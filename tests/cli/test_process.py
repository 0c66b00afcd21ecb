"""The command as its own process: how fast it starts, how it ends, what goes where."""

import json
import os
import resource
import subprocess
import sys

import pytest
from tests.cli.processes import semivae

ENTRY = "from semivae.cli.main import main; main()"
HELP = f"sys.argv = ['semivae', '--help']; {ENTRY}"
HEAVY = {"torch", "sklearn", "pandas", "matplotlib", "numpy", "scipy"}


def test_help_is_light_and_fast():
    spent = []

    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = f"import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {HELP}"
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # What the process computed, not how long it waited for a core.
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    assert shown.returncode == 0
    assert not HEAVY & set(shown.stderr.split())
    assert min(spent) < 0.4
    assert {"check", "fit", "evaluate", "predict", "sample", "score", "info", "datasets", "demo"} <= set(
        shown.stdout.split()
    )


@pytest.mark.parametrize(
    "command", ["check", "fit", "evaluate", "predict", "sample", "score", "info", "datasets", "demo"]
)
def test_every_command_has_help(run, command):
    shown = run(command, "--help").stdout

    assert "Usage:" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_version(run):
    assert run("--version").stdout.startswith("semivae 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit"],
        ["fit", "digits"],
        ["nonsense"],
        ["fit", "digits", "--out", "x", "--nonsense"],
        ["fit", "digits", "--out", "x", "--labels", "many"],
        ["fit", "digits", "--out", "x", "--task", "both"],
        ["sample", "x", "--out", "x.csv", "-n", "0"],
    ],
)
def test_wrong_use(run, arguments):
    message = run(*arguments, code=2).stderr

    assert "Error" in message or "Usage" in message


def test_error_of_a_process(tmp_path):
    """Its entry is that of launchers."""

    arguments = ["fit", tmp_path / "none.csv", "--out", tmp_path / "model"]
    ended = subprocess.run([sys.executable, "-m", "semivae", *arguments], capture_output=True, text=True, timeout=60)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"Error: {tmp_path / 'none.csv'} does not exist")
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_quiet_fit_tells_only_what_was_done_and_json_is_alone_on_standard_output(tmp_path, table):
    settings = ["--set", "hidden=(8,)", "--set", "latents=2"]
    target = ["--target", "kind", "--missing-label", "unknown"]
    quiet, told = semivae(
        ["fit", table, *settings, "--set", "epochs=1", "--set", "precision=bfloat16", "-q", "--out", tmp_path / "a"],
        ["fit", table, *settings, "--set", "epochs=2", *target, "--json", "--out", tmp_path / "b"],
    )
    facts = json.loads(told.stdout)

    assert (quiet.returncode, quiet.stderr) == (0, b""), "the libraries beneath are as quiet"
    assert told.returncode == 0
    assert b"epoch 2/2" in told.stderr
    assert facts["folder"] == str(tmp_path / "b")
    assert facts["comparison"]["metric"] == "accuracy"
    assert facts["labeled"] == 20


def test_reader_that_goes_away():
    reader, writer = os.pipe()
    os.close(reader)

    code = "import sys; sys.argv = ['semivae', 'datasets', '--json']; " + ENTRY
    ended = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)

    assert ended.returncode == 2
    assert ended.stderr == "Error: The reader of the output has gone.\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize(("arguments", "environment"), [(["--json"], None), ([], {})], ids=["usual", "bare"])
def test_output_that_is_full(arguments, environment):
    with open("/dev/full", "w") as full:
        code = f"import sys; sys.argv = ['semivae', 'datasets', *{arguments}]; {ENTRY}"
        ended = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, env=environment
        )

    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: The output cannot be written: No space left") and "Trace" not in ended.stderr


def test_disk_full_loses_nothing(tmp_path, table, classifier):
    """A limit on the size of files stands for a disk that is full."""

    import shutil

    model, predictions = tmp_path / "model" / "m", tmp_path / "predictions" / "p.csv"
    shutil.copytree(classifier, model)
    predictions.parent.mkdir()
    predictions.write_text("old")
    before = {path: path.read_bytes() for path in model.rglob("*") if path.is_file()}
    settings = ["--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "-q", "--no-compare"]
    fitted, predicted = semivae(
        ["fit", table, "--target", "kind", "--missing-label", "unknown", *settings, "--overwrite", "--out", model],
        ["predict", classifier, table, "--overwrite", "--out", predictions],
        before="import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))",
    )

    for ended in (fitted, predicted):
        assert ended.returncode == 2
        assert b"cannot be written: File too large" in ended.stderr
        assert ended.stderr.count(b"Error:") == 1 and b"Traceback" not in ended.stderr

    assert {path: path.read_bytes() for path in model.rglob("*") if path.is_file()} == before
    assert list(model.parent.iterdir()) == [model]
    assert predictions.read_text() == "old"
    assert list(predictions.parent.iterdir()) == [predictions]
