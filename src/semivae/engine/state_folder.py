r"""The folder for the state of a run: whether it may be used, its lock, its stages, and its removal."""

from __future__ import annotations

__all__ = ["STATE", "check_place", "discard", "held", "is_checkpoint", "stage_place"]

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, takewhile
from pathlib import Path

from semivae.errors import StoreError
from semivae.store import MANIFEST, exists, known_files, remove_folder, taken

# The file of the tensors.
STATE = "state.safetensors"


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder holds the state of a run."""

    return STATE in (known_files(folder) or ())


def check_place(folder: Path) -> None:
    r"""Checks that a folder is empty, absent, or holds the state of a run.

    Raises:
        StoreError: If it holds something else.
    """

    if not exists(folder) or is_checkpoint(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return

    if exists(folder / MANIFEST) and exists(folder / STATE):
        raise StoreError(
            f"{folder} holds the state of a run, whose {MANIFEST} is damaged",
            "the run cannot be continued; the folder was not changed",
            f"rm -r '{folder}', or give another folder for the state",
        )

    raise StoreError(
        f"{folder} exists and is not the state of a run",
        "the folder was not changed",
        "give another folder for the state",
    )


@contextmanager
def held(folder: Path | None) -> Iterator[None]:
    r"""Locks the folder for the state of a run against other runs, if there is a folder.

    Raises:
        StoreError: If another run keeps its state there.
    """

    if folder is None:
        yield
    else:
        with taken(folder):
            yield


def stage_place(folder: Path, stage: int) -> Path:
    """Names the folder for the state of a stage, counted from 1: the first is the given one, others lie beside it."""

    return folder if stage == 1 else folder.with_name(f"{folder.name}.stage{stage}")


def discard(folder: Path) -> None:
    r"""Removes the state of a run and of the stages after it, and nothing else.

    Raises:
        StoreError: If another process keeps its state there.
    """

    stages = list(takewhile(is_checkpoint, (stage_place(folder, stage) for stage in count(1))))

    # The first goes last: after a kill it still shows that others are left.
    for place in reversed(stages):
        remove_folder(place)
