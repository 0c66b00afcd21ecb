r"""Folders on disk that are whole or not there: written beside, synced, renamed.

A folder holds :py:`model.json` with the sha256 of every other file and of itself. Nothing is pickled.
"""

from __future__ import annotations

__all__ = ["known_files", "refuse_to_replace", "remove_folder", "write_folder"]

import ctypes
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semivae.errors import StoreError
from semivae.store.files import exists, regular, sync, write_file
from semivae.store.lock import resolved, unwritable
from semivae.store.manifest import LARGEST, MANIFEST, names_in, signed
from semivae.store.place import OLD, Place, remove, taken


def write_folder(folder: str | Path, facts: Mapping[str, Any], files: Mapping[str, bytes], overwrite: bool) -> None:
    r"""Writes a folder in one step: at any moment there is the old folder, whole, or the new one, whole.

    Arguments:
        folder: The folder.
        facts: The facts of the manifest beside the checksums: plain JSON values.
        files: The contents of the other files by their path in the folder.
        overwrite: Whether a folder that was written by this function may be replaced.

    Raises:
        StoreError: If the folder exists and may not be replaced, cannot be written, or is in use by another process.
    """

    # Behind a link, the folder itself is replaced and the link stays.
    folder = resolved(folder)
    refuse_to_replace(folder, overwrite)

    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = signed({**facts, "files": sums})

    if len(manifest) > LARGEST:
        raise StoreError(
            f"the {MANIFEST} of {folder} would have {len(manifest):,} bytes",
            f"at most {LARGEST:,} can be read again: there are too many columns or classes",
            "leave columns out: drop=[...]",
        )

    with taken(folder) as place, place.beside() as temporary:
        try:
            temporary.mkdir()

            for name, content in {**files, MANIFEST: manifest}.items():
                write_file(temporary / name, content)

            sync(temporary)
            refuse_to_replace(folder, overwrite)  # once more, for a file may have been put there meanwhile
            put(temporary, place)
            sync(folder.parent)
        except StoreError:
            raise
        except OSError as error:
            raise unwritable(folder, error) from None


def refuse_to_replace(folder: Path, overwrite: bool) -> None:
    r"""Checks that a folder may be written.

    Raises:
        StoreError: If it would be replaced without leave, or holds something else than a saved folder.
    """

    if not exists(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return

    if (known := known_files(folder)) is None:
        raise StoreError(f"{folder} exists and is not a saved model", "it is left alone", "give another folder")

    if not overwrite:
        raise StoreError(f"{folder} exists", "it is only replaced on demand", "add overwrite=True")

    if added := strangers(folder, known):
        raise StoreError(
            f"{folder} holds files that were not saved with the model: {', '.join(added[:5])}",
            "they would be lost",
            "move them elsewhere, or give another folder",
        )


def remove_folder(folder: Path) -> None:
    r"""Removes a folder that was written here; files that were not saved with it stay.

    Raises:
        StoreError: If another process writes it.
    """

    with taken(folder) as place:
        if (known := known_files(place.path)) is None:
            return

        # In one step, so that a killed process leaves no half of a folder.
        if not strangers(place.path, known):
            with place.beside() as temporary:
                place.path.rename(temporary)

            return

        for name in sorted(known - {MANIFEST}):
            # A linked folder leads elsewhere.
            if (place.path / name).parent.resolve().is_relative_to(place.path):
                remove(place.path / name)

        remove(place.path / MANIFEST)


def strangers(folder: Path, known: set[str]) -> list[str]:
    """Returns the paths of files in a folder that are not known."""

    found = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
    }

    return sorted(found - known)


def known_files(folder: Path) -> set[str] | None:
    """Returns the files that a manifest written here lists; other programs have files of that name, too."""

    try:
        path = folder / MANIFEST
        facts = json.loads(path.read_bytes()) if regular(path) <= LARGEST else {}
        listed = names_in(facts, path) if "sha256" in facts else None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None

    return None if listed is None else {*listed, MANIFEST}


def put(temporary: Path, place: Place) -> None:
    """Moves a folder into place; an old one there ends up at the place of the new one, or is removed."""

    if not place.path.exists():
        temporary.rename(place.path)
    elif not exchange(temporary, place.path):
        # Without an exchange in one step there is a moment without the folder. The next process would put it back.
        with place.beside(OLD) as old:
            place.path.rename(old)
            temporary.rename(place.path)


def exchange(one: Path, other: Path) -> bool:
    """Swaps two folders in one step, where the system can."""

    if not sys.platform.startswith("linux"):
        return False

    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE

    return rename is not None and rename(here, os.fsencode(one), here, os.fsencode(other), swap) == 0
