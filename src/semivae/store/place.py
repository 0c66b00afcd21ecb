r"""A place on disk that one thread of one process writes, and in which a killed process leaves nothing for good.

A lock file beside the place tells which process holds it, and lists the temporary files and folders of that process. A
name is listed before anything of that name exists. So whatever is found under a listed name was made here, and the next
process that takes the place removes it. Nothing is ever removed by a pattern of names alone.
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
    r"""Creates a place that is not held yet. Use :func:`taken`.

    Attributes:
        path: The file or folder, behind all links.
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
        """Keeps other processes from the place, and removes what a killed one left there."""

        self.parents = made(self.path)
        self.lock = acquire(self.file, wait)

        # Where the system has no locks, another process may be using what is listed.
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
        """Yields an unused path beside the place, and removes what is there in the end."""

        path = hidden(self.path, secrets.token_hex(4) + ending)
        self.temporary.append(path.name)
        self.note()

        try:
            yield path
        finally:
            self.drop(path)

    def made_here(self, name: str) -> bool:
        """Whether a name is one that :meth:`beside` gives, whatever a lock file says."""

        ending = TEMPORARY.search(name)

        return ending is not None and name == hidden(self.path, ending[1]).name

    def drop(self, path: Path) -> None:
        """Removes what is temporary; an old folder goes back if nothing has taken its place."""

        if path.name.endswith(OLD) and path.exists() and not self.path.exists():
            path.rename(self.path)
        else:
            remove(path)

        # What could not be removed stays listed, for the next process.
        if not os.path.lexists(path):
            self.temporary.remove(path.name)
            self.note()

    def note(self) -> None:
        """Writes down who holds the place and what is temporary."""

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

        # In one call and never shorter, so that a kill leaves no half of two notes.
        content = json.dumps(facts).encode().ljust(self.length)
        self.length = len(content)
        self.lock.seek(0)
        self.lock.write(content)

    def release(self) -> None:
        """Lets the place go, with the parents that were made for it if nothing is in them."""

        if self.lock is not None:
            # Removed while it is locked, lest another process lock a file that is about to go. Windows cannot do that.
            with suppress(OSError):
                if not self.temporary and same(self.lock, self.file):
                    self.file.unlink()

            self.lock.close()

        with suppress(OSError):
            for parent in self.parents:
                parent.rmdir()


# The places of this process, of which a thread holds each.
HELD: dict[Path, Place] = {}
CHANGED = threading.Condition()


@contextmanager
def taken(path: str | Path, wait: bool = False) -> Iterator[Place]:
    r"""Takes a place for this thread, which may take it again meanwhile.

    Arguments:
        path: The file or folder. Its parents are made.
        wait: Whether to wait for another process or thread that holds it.

    Raises:
        StoreError: If another one holds it, or it cannot be written.
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
    """Returns the place of this thread, which no other thread has then."""

    with CHANGED:
        while (place := HELD.get(path)) and place.thread != threading.get_ident():
            if not wait:
                raise busy(place.file)

            CHANGED.wait()

        return HELD.setdefault(path, place or Place(path))


def forget(place: Place) -> None:
    """Leaves a place to other threads."""

    with CHANGED:
        HELD.pop(place.path, None)
        CHANGED.notify_all()


def made(path: Path) -> list[Path]:
    """Makes the parents of a path, and returns those that had to be made, the deepest first."""

    missing = [parent for parent in path.parents if not parent.exists()]

    if not (first := path.parents[len(missing)]).is_dir():
        raise StoreError(f"{path} cannot be written", f"{first} is a file", "give another place")

    path.parent.mkdir(parents=True, exist_ok=True)

    return missing


def remove(path: Path) -> None:
    """Removes a file, a link or a folder, as far as the system lets it."""

    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
