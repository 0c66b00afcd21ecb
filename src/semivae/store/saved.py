r"""Saved folders, read file by file; each file is checked when it is read."""

from __future__ import annotations

__all__ = ["SavedFolder", "open_folder", "read_folder"]

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semivae.errors import StoreError
from semivae.store.files import exists, regular
from semivae.store.manifest import MANIFEST, damaged, names_in, verified

CHUNK = 2**20


@dataclass(frozen=True)
class SavedFolder:
    r"""A folder with a verified manifest.

    Attributes:
        path: The folder.
        facts: The content of the manifest.
        sums: The sha256 of each other file, by path in the folder.
    """

    path: Path
    facts: dict[str, Any]
    sums: dict[str, str]

    def file(self, name: str) -> Path:
        r"""Returns the path of a file.

        Raises:
            StoreError: If the file is not listed, or a link leads out of the folder.
        """

        path = self.path / name

        if name not in self.sums:
            raise damaged(path, f"{MANIFEST} does not list it")

        try:
            inside = path.resolve().is_relative_to(self.path.resolve())
        except (OSError, RuntimeError) as error:
            raise damaged(path, f"it cannot be read ({error})") from None

        if not inside:
            raise damaged(path, "it is a link to a place outside the folder")

        return path

    def wrong(self, what: str) -> StoreError:
        """Returns the error for a manifest that describes no valid model."""

        return damaged(self.path / MANIFEST, f"it describes no valid model ({what[:300]})")

    def size(self, name: str) -> int:
        r"""Returns the size of a file in bytes.

        Raises:
            StoreError: If it is missing, or is not a regular file.
        """

        path = self.file(name)

        try:
            return regular(path)
        except OSError as error:
            raise damaged(path, f"it cannot be read ({error.strerror})") from None

    def read(self, name: str) -> bytes:
        r"""Reads a file and checks its sha256.

        Raises:
            StoreError: If it is missing or damaged.
        """

        return b"".join(self.parts(name))

    def check(self) -> None:
        r"""Checks the sha256 of every file, without loading a whole file into memory.

        Raises:
            StoreError: If a file is missing or damaged; the message names it.
        """

        for name in self.sums:
            for _ in self.parts(name):
                pass

    def parts(self, name: str) -> Iterator[bytes]:
        """Yields the content of a file in parts; its sha256 is checked after the last part."""

        self.size(name)
        sha256 = hashlib.sha256()

        try:
            with self.file(name).open("rb") as file:
                while part := file.read(CHUNK):
                    sha256.update(part)
                    yield part
        except OSError as error:
            raise damaged(self.path / name, f"it cannot be read ({error.strerror})") from None

        if sha256.hexdigest() != self.sums[name]:
            raise damaged(self.path / name, "its sha256 has changed since it was saved")


def open_folder(folder: str | Path) -> SavedFolder:
    r"""Reads the manifest of a folder.

    Raises:
        StoreError: If the folder is not a saved model, or its manifest is damaged.
    """

    folder = Path(folder)

    if not exists(folder / MANIFEST):
        what = f"it contains no {MANIFEST}" if folder.is_dir() else "it is not a folder"

        raise StoreError(f"{folder} is not a saved model", what, "give a folder that `semivae fit` or `save` wrote")

    facts = verified(folder / MANIFEST)
    sums = names_in(facts, folder / MANIFEST)
    del facts["files"]

    return SavedFolder(folder, facts, sums)


def read_folder(folder: str | Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    r"""Reads a folder and checks every file.

    Returns:
        The content of the manifest, and the contents of the other files by path.

    Raises:
        StoreError: If the folder does not exist, or a file is missing or damaged; the message names it.
    """

    saved = open_folder(folder)

    return saved.facts, {name: saved.read(name) for name in saved.sums}
