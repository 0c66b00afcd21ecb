"""The log of labels: replayed, undone, merged; only whole lines count; and nothing shown as saved is lost."""

import json
import random
import signal
import subprocess
import sys
import time

import pytest

from semivae.errors import StoreError
from semivae.explorer.labels import Change, LabelLog

WRITER = """
import sys
from semivae.explorer.labels import Change, LabelLog
log = LabelLog(sys.argv[1], 1000)
for row in range(len(log.given), 1000):
    log.add([Change(row, str(row), "y"), Change(row + 1, "next", "y")], [None, None], "v1")
    print(row, flush=True)
"""


def log_at(path, rows=10):
    return LabelLog(path, rows, "data")


def give(log, row, new, old=None):
    return log.add([Change(row, new, "y")], [old], "v1")


def test_replay_gives_every_label_and_what_can_be_undone(tmp_path):
    log = log_at(tmp_path / "labels.jsonl")
    give(log, 1, "a")
    log.add([Change(2, 1.5, "y"), Change(3, 1.5, "y")], [None, 0.5], "v1", "suggestion")
    log.undo("v2")
    give(log, 4, "ä")
    log.close()

    again = log_at(tmp_path / "labels.jsonl")

    assert again.given == {("y", 1): "a", ("y", 2): None, ("y", 3): 0.5, ("y", 4): "ä"}
    assert (again.done, again.undone) == (log.done, log.undone) == ([1, 4], [])
    assert [line.who for line in again.lines][:3] == ["person", "suggestion", "suggestion"]
    again.close()


def test_undo_and_redo_go_back_and_forth(tmp_path):
    log = log_at(tmp_path / "labels.jsonl")
    give(log, 1, "a")
    give(log, 1, "b", "a")

    assert [line.new for line in log.undo("v1")] == ["a"]
    assert [line.new for line in log.undo("v1")] == [None]
    assert not log.undo("v1")
    assert [line.new for line in log.redo("v1")] == ["a"]
    assert [line.new for line in log.redo("v1")] == ["b"]
    assert not log.redo("v1")

    log.undo("v1")
    give(log, 2, "c")
    assert not log.redo("v1"), "a new label ends what can be done again"
    assert len(log.lines) == 8, "undo is an action, too"
    log.close()


def test_a_line_written_in_part_is_passed_over(tmp_path):
    path = tmp_path / "labels.jsonl"
    log = log_at(path)
    give(log, 1, "a")
    log.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:-9])

    log = log_at(path)
    assert log.given == {("y", 1): "a"}
    give(log, 2, "b")
    log.close()

    log = log_at(path)
    assert log.given == {("y", 1): "a", ("y", 2): "b"}
    log.close()


@pytest.mark.parametrize("line", ["{}", "[1]", "null", '{"row": -1}', "\x00", json.dumps({"row": "x" * 99})])
def test_other_lines_do_no_harm(tmp_path, line):
    path = tmp_path / "labels.jsonl"
    log_at(path).close()
    path.write_text(f"{path.read_text()}{line}\n")

    log = log_at(path)
    assert not log.lines
    log.close()


def test_files_about_other_rows_are_refused(tmp_path):
    log_at(tmp_path / "labels.jsonl").close()

    with pytest.raises(StoreError, match="holds labels of 10 rows"):
        log_at(tmp_path / "labels.jsonl", 11)

    (tmp_path / "other").write_text("people,income\n")

    with pytest.raises(StoreError, match="no file of labels"):
        log_at(tmp_path / "other")


def test_the_table_is_made_of_the_log(tmp_path):
    log = log_at(tmp_path / "labels.jsonl")
    give(log, 3, "=1+1")
    give(log, 1, 2.5)
    give(log, 2, "gone")
    log.undo("v1")

    assert log.export() == tmp_path / "labels.csv"
    assert (tmp_path / "labels.csv").read_text() == "row,target,label\n1,y,2.5\n3,y,'=1+1\n"
    log.close()


def killed(path, moment):
    """Lets a process write labels, kills it, and returns the rows that it said were saved."""

    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline())]
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)

        return said + [int(line) for line in process.stdout.read().splitlines() if line]


def check_kills(path, times):
    draws = random.Random(0)

    for _ in range(times):
        said = killed(path, 0.03 * draws.random())
        log = LabelLog(path, 1000)
        assert all(log.given.get(("y", row)) in (str(row), "next") for row in said)
        assert all(line.new in (str(line.row), "next") for line in log.lines)
        log.close()


def test_no_label_is_lost_when_the_process_is_killed(tmp_path):
    check_kills(tmp_path / "labels.jsonl", 1)


@pytest.mark.slow
def test_no_label_is_lost_in_fifty_kills(tmp_path):
    check_kills(tmp_path / "labels.jsonl", 50)
