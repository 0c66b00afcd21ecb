"""One process at a time writes a place, and what a killed one left is removed by the next, and nothing else."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from semivae.errors import StoreError
from semivae.store import replaced, resolved, taken, write_folder
from semivae.store.place import hidden

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
    """Kills a process that holds a place and wrote something temporary; returns its temporary folder."""

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


def test_next_process_removes_what_a_killed_one_left(killed, tmp_path):
    temporary = killed(tmp_path / "m")
    assert temporary.exists() and temporary.name.startswith(".m-")

    write_folder(tmp_path / "m", {}, {}, overwrite=False)
    assert names(tmp_path) == ["m"]


@pytest.mark.parametrize("name", [".m-old", ".m-12345678", ".m-backup", ".m"])
def test_nothing_of_a_similar_name_is_removed(killed, tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.tex").write_text("years")
    killed(tmp_path / "m")
    write_folder(tmp_path / "m", {}, {}, overwrite=False)

    assert names(tmp_path) == [name, "m"] and (tmp_path / name / "thesis.tex").read_text() == "years"


def test_old_folder_goes_back_if_nothing_took_its_place(killed, tmp_path):
    temporary = killed(tmp_path / "m", "-old")

    with taken(tmp_path / "m"):
        assert (tmp_path / "m" / "part").read_text() == "half" and not temporary.exists()

    temporary = killed(tmp_path / "m", "-old")

    with taken(tmp_path / "m"):
        assert not temporary.exists()

    assert names(tmp_path) == ["m"]


def test_process_takes_its_own_place_again(tmp_path):
    with taken(tmp_path / "m") as place, taken(tmp_path / "m") as again:
        assert place is again

    assert names(tmp_path) == []


def test_made_parents_go_if_they_stay_empty(tmp_path):
    with taken(tmp_path / "a" / "b" / "m"):
        assert (tmp_path / "a" / "b").is_dir()

    assert names(tmp_path) == []

    with taken(tmp_path / "a" / "b" / "m"):
        (tmp_path / "a" / "note").write_text("kept")

    assert names(tmp_path / "a") == ["note"]


@pytest.mark.parametrize("content", ["my own lock", "[1]", '{"program": "semivae", "temporary": ["../thesis"]}'])
def test_lock_file_of_something_else_is_left_alone(tmp_path, content):
    file = hidden(tmp_path / "m", "semivae-lock")
    file.write_text(content)

    with pytest.raises(StoreError, match="not a lock file"), taken(tmp_path / "m"):
        pass

    assert file.read_text() == content


def test_lock_file_tells_who_holds_the_place(tmp_path):
    with taken(tmp_path / "m") as place, place.beside() as temporary:
        facts = json.loads(place.file.read_bytes())

    assert facts["process"] == os.getpid() and facts["temporary"] == [temporary.name]


def test_failure_leaves_the_old_file(tmp_path):
    (tmp_path / "f").write_bytes(b"old")

    with pytest.raises(ValueError, match="no"), replaced(tmp_path / "f") as file:
        file.write(b"new")
        raise ValueError("no")

    assert (tmp_path / "f").read_bytes() == b"old" and names(tmp_path) == ["f"]

    with replaced(tmp_path / "f") as file:
        file.write(b"new")

    assert (tmp_path / "f").read_bytes() == b"new" and names(tmp_path) == ["f"]


def test_loop_of_links_is_a_named_error(tmp_path):
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
