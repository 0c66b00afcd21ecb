"""A folder on disk is whole or not there, and any damage is one named error."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from semivae.errors import StoreError
from semivae.store import MANIFEST, read_folder, write_folder

FACTS = {"format": 1, "rate": 1e-05, "name": "größe", "nested": {"b": [1, 2.5, None], "a": True}}
FILES = {"model.safetensors": bytes(range(256)), "history.csv": b"epoch\n1\n", "figures/map.png": b"\x89PNG"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as it was written."""

    write_folder(tmp_path / "model", FACTS, FILES, overwrite=False)

    return tmp_path / "model"


def only(folder: Path) -> bool:
    """Whether nothing was left beside the folder."""

    return [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_was_written_is_read(folder):
    facts, files = read_folder(folder)

    assert facts == FACTS and files == FILES
    assert only(folder)
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == {MANIFEST, *FILES}


def test_folder_can_be_read_by_those_who_may_read_others(folder, tmp_path):
    (tmp_path / "other").mkdir()

    assert folder.stat().st_mode == (tmp_path / "other").stat().st_mode


# Damage


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_every_flipped_bit_is_one_named_error(folder, name):
    path = folder / name
    whole = path.read_bytes()

    for place in range(len(whole)):
        for bit in range(8) if name != MANIFEST else (place % 8, (place + 5) % 8):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])

            with pytest.raises(StoreError, match=name):
                read_folder(folder)

    path.write_bytes(whole)
    assert read_folder(folder)[1] == FILES


def test_every_bit_of_a_number_in_the_manifest_counts(folder):
    """1e-05 and 1E-05 are the same number, and yet not the same file."""

    path = folder / MANIFEST
    assert b"1e-05" in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b"1e-05", b"1E-05"))

    with pytest.raises(StoreError, match=MANIFEST):
        read_folder(folder)


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_truncated_file_is_one_named_error(folder, name):
    whole = (folder / name).read_bytes()

    for size in {0, 1, len(whole) // 2, len(whole) - 1}:
        (folder / name).write_bytes(whole[:size])

        with pytest.raises(StoreError, match=name):
            read_folder(folder)


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_missing_file_is_one_named_error(folder, name):
    (folder / name).unlink()

    with pytest.raises(StoreError, match=name):
        read_folder(folder)


def test_swapped_files_are_an_error(folder):
    (folder / "history.csv").write_bytes(FILES["model.safetensors"])
    (folder / "model.safetensors").write_bytes(FILES["history.csv"])

    with pytest.raises(StoreError, match=r"model\.safetensors|history\.csv"):
        read_folder(folder)


def test_no_folder_is_a_named_error(tmp_path):
    (tmp_path / "file").write_text("x")

    for path in (tmp_path / "nowhere", tmp_path, tmp_path / "file"):
        with pytest.raises(StoreError, match="is not a saved model"):
            read_folder(path)


# Replacing


def test_folder_is_only_replaced_on_demand(folder):
    with pytest.raises(StoreError, match="overwrite=True"):
        write_folder(folder, {"new": 1}, {}, overwrite=False)

    assert read_folder(folder) == (FACTS, FILES) and only(folder)

    write_folder(folder, {"new": 1}, {"b": b"2"}, overwrite=True)
    assert read_folder(folder) == ({"new": 1}, {"b": b"2"}) and only(folder)
    assert {path.name for path in folder.iterdir()} == {MANIFEST, "b"}, "files of the old one stay behind"


def test_damaged_model_can_be_replaced(folder):
    (folder / "history.csv").unlink()
    write_folder(folder, {"new": 1}, {}, overwrite=True)

    assert read_folder(folder) == ({"new": 1}, {})


@pytest.mark.parametrize("content", [{"thesis.txt": "years"}, {"model.json": '{"layers": []}', "weights.bin": "years"}])
def test_folder_that_is_not_ours_is_never_replaced(tmp_path, content):
    """Not even one that holds a `model.json` of another program."""

    folder = tmp_path / "precious"
    folder.mkdir()
    for name, text in content.items():
        (folder / name).write_text(text)

    for overwrite in (False, True):
        with pytest.raises(StoreError, match="precious"):
            write_folder(folder, FACTS, FILES, overwrite)

    assert {path.name: path.read_text() for path in folder.iterdir()} == content and only(folder)


def test_file_is_never_replaced(tmp_path):
    (tmp_path / "file").write_text("precious")

    for overwrite in (False, True):
        with pytest.raises(StoreError, match="not a saved model"):
            write_folder(tmp_path / "file", FACTS, FILES, overwrite)

    assert (tmp_path / "file").read_text() == "precious"


def test_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "model").mkdir()
    write_folder(tmp_path / "model", FACTS, FILES, overwrite=False)

    assert read_folder(tmp_path / "model")[0] == FACTS and only(tmp_path / "model")


def test_folder_behind_a_link_is_replaced_where_it_is(folder):
    link = folder.parent / "link"
    link.symlink_to(folder, target_is_directory=True)
    write_folder(link, {"new": 1}, {}, overwrite=True)

    assert read_folder(link)[0] == read_folder(folder)[0] == {"new": 1}
    assert link.is_symlink() and {path.name for path in folder.parent.iterdir()} == {"link", "model"}


def test_place_that_cannot_be_written_is_a_named_error(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreError, match="cannot be written"):
        write_folder(tmp_path / "file" / "model", FACTS, FILES, overwrite=False)


def test_failure_in_the_middle_leaves_nothing(folder, monkeypatch):
    def fail(*args: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(StoreError, match="Input/output error"):
        write_folder(folder, {"new": 1}, {}, overwrite=True)

    assert read_folder(folder) == (FACTS, FILES) and only(folder)


@pytest.mark.parametrize("swap", [True, False], ids=["in one step", "in three"])
def test_systems_without_an_exchange(folder, monkeypatch, swap):
    if not swap:
        monkeypatch.setattr("semivae.store.folder.exchange", lambda one, other: False)

    write_folder(folder, {"new": 1}, {}, overwrite=True)

    assert read_folder(folder)[0] == {"new": 1} and only(folder)


# Other processes

LIMITED = """
import resource, sys
from semivae.store import write_folder
from semivae.errors import StoreError

resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))

try:
    write_folder(sys.argv[1], {"new": 1}, {"small": b"1", "big": bytes(1 << 20)}, overwrite=True)
except StoreError as error:
    sys.exit(f"StoreError: {error}")
"""


def test_full_disk_leaves_the_old_model_whole(folder):
    run = subprocess.run([sys.executable, "-c", LIMITED, folder], capture_output=True, text=True, check=False)

    assert run.returncode == 1 and run.stderr.startswith("StoreError:"), run.stderr
    assert "cannot be written" in run.stderr and "File too large" in run.stderr
    assert read_folder(folder) == (FACTS, FILES) and only(folder)


def test_full_disk_leaves_nothing_where_nothing_was(tmp_path):
    run = subprocess.run([sys.executable, "-c", LIMITED, tmp_path / "new"], capture_output=True, check=False)

    assert run.returncode == 1 and not list(tmp_path.iterdir())


def test_manifest_is_plain_json(folder):
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))

    assert manifest["files"].keys() == FILES.keys() and manifest["name"] == "größe"
