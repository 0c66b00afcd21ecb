"""One process at a time writes a path; the next one removes the leftovers of a killed process, and no other files."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from semivae.errors import StoreError
from semivae.store import read_folder, replaced, resolved, taken, write_folder
from semivae.store.lock import hidden

HOLDER = """
import sys, time
from semivae.store import taken

with taken(sys.argv[1]) as place, place.beside(sys.argv[2]) as temporary:
    temporary.mkdir()
    (temporary / "part").write_text("half")
    print(temporary, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def killed(tmp_path):
    """Kills a process that holds a place with a temporary folder; returns this folder."""

    def kill(path, ending="", meanwhile=lambda: None):
        with subprocess.Popen(
            [sys.executable, "-c", HOLDER, path, ending], stdout=subprocess.PIPE, text=True
        ) as holder:
            temporary = Path(holder.stdout.readline().strip())
            meanwhile()
            os.kill(holder.pid, signal.SIGKILL)

        return temporary

    return kill


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_place_is_held_by_one_process(killed, tmp_path):
    def refused():
        with pytest.raises(StoreError, match=r"m is in use by process \d+ on .*, since 20"), taken(tmp_path / "m"):
            pass

        with pytest.raises(StoreError, match="in use"):
            write_folder(tmp_path / "m", {}, {}, overwrite=True)

        with pytest.raises(StoreError, match="in use"), replaced(tmp_path / "m"):
            pass

    killed(tmp_path / "m", meanwhile=refused)


def test_next_process_removes_leftovers_of_a_killed_one(killed, tmp_path):
    temporary = killed(tmp_path / "m")
    assert temporary.exists() and temporary.name.startswith(".m-")

    write_folder(tmp_path / "m", {}, {}, overwrite=False)
    assert names(tmp_path) == ["m"]


@pytest.mark.parametrize("name", [".m-old", ".m-12345678", ".m-backup", ".m"])
def test_similar_names_are_not_removed(killed, tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.tex").write_text("years")
    killed(tmp_path / "m")
    write_folder(tmp_path / "m", {}, {}, overwrite=False)

    assert names(tmp_path) == [name, "m"] and (tmp_path / name / "thesis.tex").read_text() == "years"


def test_old_folder_is_restored_if_no_new_one_exists(killed, tmp_path):
    temporary = killed(tmp_path / "m", "-old")

    with taken(tmp_path / "m"):
        assert (tmp_path / "m" / "part").read_text() == "half" and not temporary.exists()

    temporary = killed(tmp_path / "m", "-old")

    with taken(tmp_path / "m"):
        assert not temporary.exists()

    assert names(tmp_path) == ["m"]


def test_thread_can_take_its_own_place_again(tmp_path):
    with taken(tmp_path / "m") as place, taken(tmp_path / "m") as again:
        assert place is again

    assert names(tmp_path) == []


def test_created_parents_are_removed_if_empty(tmp_path):
    with taken(tmp_path / "a" / "b" / "m"):
        assert (tmp_path / "a" / "b").is_dir()

    assert names(tmp_path) == []

    with taken(tmp_path / "a" / "b" / "m"):
        (tmp_path / "a" / "note").write_text("kept")

    assert names(tmp_path / "a") == ["note"]


@pytest.mark.parametrize("content", ["my own lock", "[1]", '{"program": "other", "temporary": []}'])
def test_lock_file_of_another_program_is_not_changed(tmp_path, content):
    file = hidden(tmp_path / "m", "semivae-lock")
    file.write_text(content)

    with pytest.raises(StoreError, match="not a lock file"), taken(tmp_path / "m"):
        pass

    assert file.read_text() == content


@pytest.mark.parametrize("name", ["..", ".", "thesis", "../thesis", ".m-backup", ".n-12345678", ".m-12345678-older"])
def test_forged_lock_file_removes_nothing(tmp_path, name):
    folder = tmp_path / "sub"
    for other in (folder, tmp_path / "thesis", folder / "thesis", folder / ".m-backup", folder / ".n-12345678"):
        other.mkdir()
        (other / "text").write_text("years")

    hidden(folder / "m", "semivae-lock").write_text(json.dumps({"program": "semivae", "temporary": [name]}))
    write_folder(folder / "m", {}, {}, overwrite=False)

    assert len(list(tmp_path.rglob("text"))) == 5 and names(tmp_path) == ["sub", "thesis"]
    assert names(folder) == [".m-backup", ".n-12345678", "m", "text", "thesis"]


@pytest.mark.parametrize("content", [b"", bytes(300), b'{"program": "semivae", "place": "m", "hos'])
def test_unfinished_lock_file_does_not_block(tmp_path, content):
    hidden(tmp_path / "m", "semivae-lock").write_bytes(content)
    write_folder(tmp_path / "m", {}, {}, overwrite=False)

    assert names(tmp_path) == ["m"]


def test_lock_file_never_gets_shorter(tmp_path):
    with taken(tmp_path / "m") as place:
        sizes = [place.file.stat().st_size]

        for _ in range(3):
            with place.beside():
                sizes.append(place.file.stat().st_size)

            sizes.append(place.file.stat().st_size)
            assert json.loads(place.file.read_bytes())["temporary"] == []

    assert sizes == sorted(sizes)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(5, "Input/output error")])
def test_old_model_survives_a_failure_between_two_renames(tmp_path, monkeypatch, error):
    write_folder(tmp_path / "m", {"old": 1}, {}, overwrite=False)
    rename, count = Path.rename, iter(range(9))

    def fail(path, target):
        if next(count) == 1:
            raise error

        return rename(path, target)

    monkeypatch.setattr("semivae.store.folder.exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", fail)

    with pytest.raises((KeyboardInterrupt, StoreError)):
        write_folder(tmp_path / "m", {"new": 1}, {}, overwrite=True)

    monkeypatch.undo()
    assert read_folder(tmp_path / "m")[0] == {"old": 1} and names(tmp_path) == ["m"]


def test_threads_take_turns(tmp_path):
    inside, most = [], []

    def work(number):
        with taken(tmp_path / "m", wait=True):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.01)
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))

    assert max(most) == 1 and names(tmp_path) == []

    with taken(tmp_path / "m"), ThreadPoolExecutor(1) as pool:

        def refused():
            with taken(tmp_path / "m"):
                pass

        with pytest.raises(StoreError, match=f"in use by process {os.getpid()}"):
            pool.submit(refused).result()


def test_without_locks_listed_files_are_not_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("semivae.store.lock.locked", lambda lock, wait: None)
    (tmp_path / ".m-12345678").mkdir()
    facts = {"program": "semivae", "temporary": [".m-12345678"]}
    hidden(tmp_path / "m", "semivae-lock").write_text(json.dumps(facts))
    write_folder(tmp_path / "m", {}, {}, overwrite=False)

    assert ".m-12345678" in names(tmp_path) and read_folder(tmp_path / "m")[0] == {}


def test_next_process_finishes_an_interrupted_removal(tmp_path, monkeypatch):
    def interrupt(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("semivae.store.place.remove", interrupt)

        with pytest.raises(KeyboardInterrupt), taken(tmp_path / "m") as place, place.beside() as temporary:
            temporary.mkdir()

    assert temporary.exists()
    write_folder(tmp_path / "m", {}, {}, overwrite=False)
    assert names(tmp_path) == ["m"]


def test_lock_file_names_the_process_and_its_files(tmp_path):
    with taken(tmp_path / "m") as place, place.beside() as temporary:
        facts = json.loads(place.file.read_bytes())

    assert facts["process"] == os.getpid() and facts["temporary"] == [temporary.name]


def test_failure_keeps_the_old_file(tmp_path):
    (tmp_path / "f").write_bytes(b"old")

    with pytest.raises(ValueError, match="no"), replaced(tmp_path / "f") as file:
        file.write(b"new")
        raise ValueError("no")

    assert (tmp_path / "f").read_bytes() == b"old" and names(tmp_path) == ["f"]

    with replaced(tmp_path / "f") as file:
        file.write(b"new")

    assert (tmp_path / "f").read_bytes() == b"new" and names(tmp_path) == ["f"]


def test_loop_of_links_is_an_error(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")

    with pytest.raises(StoreError, match="a cannot be written"):
        write_folder(tmp_path / "a", {}, {}, overwrite=True)

    with pytest.raises(StoreError, match="cannot be written"), taken(resolved(tmp_path / "a")):
        pass


@pytest.mark.parametrize("length", [200, 240, 255, 256])
def test_long_names(tmp_path, length):
    folder = tmp_path / ("m" * length)

    if length > 255:
        with pytest.raises(StoreError, match=r"File name too long(.|\n)*give a shorter name"):
            write_folder(folder, {}, {}, overwrite=False)
    else:
        write_folder(folder, {}, {}, overwrite=False)
        write_folder(folder, {"new": 1}, {}, overwrite=True)

    assert names(tmp_path) == [folder.name] * (length <= 255)
