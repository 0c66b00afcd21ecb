r"""A path that one thread of one process writes at a time; the next process cleans up after a killed one.

A lock file beside the path names the process that holds it, and lists the temporary files and folders of that process.
A name is listed before its file exists. So every file with a listed name was made here, and the next process that takes
the path removes it. No file is removed because of its name alone.
"""

from __future__ import annotations

__all__ = ["OLD", "Place", "remove", "taken"]

import io
import json
import os
import re
import secrets
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from semivae.errors import StoreError
from semivae.store.lock import PROGRAM, acquire, busy, hidden, listed, resolved, same, unwritable

LOCK, OLD = "semivae-lock", "-old"

# The end of a temporary name.
TEMPORARY = re.compile(rf"-([0-9a-f]{{8}}(?:{OLD})?)$")


class Place:
    r"""Creates a place that is not held yet. Call :func:`taken` instead.

    Attributes:
        path: The file or folder, with all links resolved.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = hidden(path, LOCK)
        self.thread = threading.get_ident()
        self.depth = 0
        self.temporary: list[str] = []
        self.parents: list[Path] = []
        self.lock: io.FileIO | None = None
        self.length = 0

    def hold(self, wait: bool) -> None:
        """Locks the place, and removes the temporary files of a killed process."""

        self.parents = made(self.path)
        self.lock = acquire(self.file, wait)

        # Without locks, another process may still use the listed files.
        if self.lock is None:
            return

        try:
            self.temporary = [name for name in listed(self.lock, self.file) if self.made_here(name)]
            self.length = os.fstat(self.lock.fileno()).st_size

            for name in tuple(self.temporary):
                self.drop(self.path.with_name(name))

            self.note()
        except BaseException:
            self.lock.close()
            raise

    @contextmanager
    def beside(self, ending: str = "") -> Iterator[Path]:
        """Yields an unused path beside the place, and removes it at the end."""

        path = hidden(self.path, secrets.token_hex(4) + ending)
        self.temporary.append(path.name)
        self.note()

        try:
            yield path
        finally:
            self.drop(path)

    def made_here(self, name: str) -> bool:
        """Whether :meth:`beside` could have made a name: a lock file alone is not trusted."""

        ending = TEMPORARY.search(name)

        return ending is not None and name == hidden(self.path, ending[1]).name

    def drop(self, path: Path) -> None:
        """Removes a temporary path; an old folder is restored if no new one took its place."""

        if path.name.endswith(OLD) and path.exists() and not self.path.exists():
            path.rename(self.path)
        else:
            remove(path)

        # If it could not be removed, it stays listed for the next process.
        if not os.path.lexists(path):
            self.temporary.remove(path.name)
            self.note()

    def note(self) -> None:
        """Writes the process and its temporary names into the lock file."""

        if self.lock is None:
            return

        facts = {
            "program": PROGRAM,
            "place": self.path.name,
            "host": socket.gethostname(),
            "process": os.getpid(),
            "since": f"{datetime.now():%Y-%m-%d %H:%M:%S}",
            "temporary": self.temporary,
        }

        # In one call and never shorter, so that a kill cannot leave parts of two notes.
        content = json.dumps(facts).encode().ljust(self.length)
        self.length = len(content)
        self.lock.seek(0)
        self.lock.write(content)

    def release(self) -> None:
        """Releases the place, and removes parents that were made for it and are empty."""

        if self.lock is not None:
            # Remove it while locked, so that no process locks a file that is about to go. Windows cannot do this.
            with suppress(OSError):
                if not self.temporary and same(self.lock, self.file):
                    self.file.unlink()

            self.lock.close()

        with suppress(OSError):
            for parent in self.parents:
                parent.rmdir()


# The places that threads of this process hold, by path.
HELD: dict[Path, Place] = {}
CHANGED = threading.Condition()


@contextmanager
def taken(path: str | Path, wait: bool = False) -> Iterator[Place]:
    r"""Holds a path for this thread, which may take it again inside.

    Arguments:
        path: The file or folder. Missing parents are made.
        wait: Whether to wait for another process or thread that holds it.

    Raises:
        StoreError: If another process or thread holds it, or it cannot be written.
    """

    place = reserved(resolved(path), wait)

    try:
        if not place.depth:
            place.hold(wait)

        place.depth += 1
    except BaseException as error:
        forget(place)

        if isinstance(error, OSError) and not isinstance(error, StoreError):
            raise unwritable(place.path, error) from None

        raise

    try:
        yield place
    finally:
        place.depth -= 1

        if not place.depth:
            try:
                place.release()
            finally:
                forget(place)


def reserved(path: Path, wait: bool) -> Place:
    """Returns the place at a path, reserved for this thread."""

    with CHANGED:
        while (place := HELD.get(path)) and place.thread != threading.get_ident():
            if not wait:
                raise busy(place.file)

            CHANGED.wait()

        return HELD.setdefault(path, place or Place(path))


def forget(place: Place) -> None:
    """Frees a place for other threads."""

    with CHANGED:
        HELD.pop(place.path, None)
        CHANGED.notify_all()


def made(path: Path) -> list[Path]:
    """Makes the missing parents of a path and returns them, the deepest first."""

    missing = [parent for parent in path.parents if not parent.exists()]

    if not (first := path.parents[len(missing)]).is_dir():
        raise StoreError(f"{path} cannot be written", f"{first} is a file, not a folder", "give another path")

    path.parent.mkdir(parents=True, exist_ok=True)

    return missing


def remove(path: Path) -> None:
    """Removes a file, a link or a folder; errors are ignored."""

    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
