r"""A place on disk that one process at a time writes, and in which a killed process leaves nothing for good.

A lock file beside the place tells which process holds it, and lists the temporary files and folders of that process. A
name is listed before anything of that name exists. So whatever is found under a listed name was made here, and the next
process that takes the place removes it. Nothing is ever removed by a pattern of names.
"""

from __future__ import annotations

__all__ = ["Place", "resolved", "taken", "unwritable"]

import errno
import hashlib
import io
import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from semivae.errors import StoreError

PROGRAM = "semivae"
LOCK, OLD = "semivae-lock", "-old"

# The longest name that file systems allow, in bytes.
LONGEST = 255

FIXES = {
    errno.ENOSPC: "free some space, or give a place on another disk",
    errno.EDQUOT: "free some space, or give a place on another disk",
    errno.ENAMETOOLONG: f"give a shorter name: most systems allow {LONGEST} bytes",
    errno.EACCES: "give a place that you may write to",
    errno.EPERM: "give a place that you may write to",
    errno.EROFS: "give a place that you may write to",
    errno.ELOOP: "give a place that is no link to itself",
}


class Place:
    r"""Creates a place that this process holds. Use :func:`taken`.

    Attributes:
        path: The file or folder, behind all links.
    """

    def __init__(self, path: Path, wait: bool) -> None:
        self.path = path
        self.depth = 0
        self.temporary: list[str] = []
        self.parents = made(path)
        self.file = hidden(path, LOCK)
        self.lock = acquire(self.file, wait)

        try:
            self.clean(listed(self.lock, self.file))
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
            remove(path)
            self.temporary.remove(path.name)
            self.note()

    def note(self) -> None:
        """Writes down who holds the place and what is temporary."""

        facts = {
            "program": PROGRAM,
            "place": self.path.name,
            "host": socket.gethostname(),
            "process": os.getpid(),
            "since": f"{datetime.now():%Y-%m-%d %H:%M:%S}",
            "temporary": self.temporary,
        }
        self.lock.seek(0)
        self.lock.write(json.dumps(facts).encode())
        self.lock.truncate()

    def clean(self, names: list[str]) -> None:
        """Removes what a killed process listed; an old folder goes back if nothing had taken its place yet."""

        for name in names:
            path = self.path.with_name(name)

            if name.endswith(OLD) and path.exists() and not self.path.exists():
                path.rename(self.path)
            else:
                remove(path)

    def release(self) -> None:
        """Lets the place go, with the parents that were made for it if nothing is in them."""

        # Removed while it is locked, lest another process lock a file that is about to go. Windows cannot do that.
        with suppress(PermissionError):
            self.file.unlink(missing_ok=True)

        self.lock.close()

        with suppress(OSError):
            for parent in self.parents:
                parent.rmdir()


HELD: dict[Path, Place] = {}


@contextmanager
def taken(path: str | Path, wait: bool = False) -> Iterator[Place]:
    r"""Takes a place for this process, which may take it again meanwhile.

    Arguments:
        path: The file or folder. Its parents are made.
        wait: Whether to wait for another process that holds it.

    Raises:
        StoreError: If another process holds it, or it cannot be written.
    """

    path = resolved(path)

    try:
        place = HELD.get(path) or Place(path, wait)
    except StoreError:
        raise
    except OSError as error:
        raise unwritable(path, error) from None

    HELD[path] = place
    place.depth += 1

    try:
        yield place
    finally:
        place.depth -= 1

        if not place.depth:
            del HELD[path]
            place.release()


def resolved(path: str | Path) -> Path:
    r"""Returns a path behind all links.

    Raises:
        StoreError: If a link leads to itself.
    """

    try:
        return Path(path).resolve()
    except (OSError, RuntimeError) as error:
        raise unwritable(Path(path), OSError(errno.ELOOP, str(error))) from None


def acquire(file: Path, wait: bool) -> io.FileIO:
    r"""Opens and locks a file, which is made if it is not there.

    Raises:
        StoreError: If another process holds it.
    """

    while True:
        lock = io.FileIO(os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666), "r+")

        if not locked(lock, wait):
            lock.close()
            raise busy(file)

        # The process that held it may have removed the file in between.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock.fileno()), os.stat(file)):
                return lock

        lock.close()


def locked(lock: io.FileIO, wait: bool) -> bool:
    """Locks an open file; the system gives the lock back when the process ends, however it ends."""

    if sys.platform == "win32":
        return True

    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        # Some network disks have no locks. A folder is written there in one step all the same.
        if error.errno not in (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK):
            raise

    return True


def listed(lock: io.FileIO, file: Path) -> list[str]:
    """Returns the names of temporary files that a killed process left in its lock file."""

    if not (content := lock.read(1 << 20)):
        return []

    try:
        facts = json.loads(content)
        names = facts["temporary"] if facts["program"] == PROGRAM else None
    except (ValueError, KeyError, TypeError):
        names = None

    if not isinstance(names, list) or not all(isinstance(name, str) and Path(name).name == name for name in names):
        raise StoreError(f"{file} is not a lock file of {PROGRAM}", "it is left alone", "move it elsewhere")

    return names


def busy(file: Path) -> StoreError:
    """Returns the error for a place that another process holds, as its lock file tells."""

    facts: dict[str, Any] = {}

    with suppress(OSError, ValueError):
        facts = json.loads(file.read_bytes())

    known = {"place", "process", "host", "since"} <= facts.keys()
    holder = f"process {facts['process']} on {facts['host']}, since {facts['since']}" if known else "another process"

    return StoreError(
        f"{file.with_name(facts['place']) if known else file} is in use by {holder}",
        "one process at a time writes there",
        "wait until it has ended, or give another place",
    )


def hidden(path: Path, ending: str) -> Path:
    """Returns a path beside another whose name starts with a dot and tells what it belongs to."""

    name = os.fsencode(f".{path.name}")
    room = LONGEST - len(ending) - 1

    if len(name) > room:
        name = name[: room - 17] + b"-" + hashlib.sha256(name).hexdigest()[:16].encode()

    return path.with_name(f"{os.fsdecode(name)}-{ending}")


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


def unwritable(path: Path, error: OSError) -> StoreError:
    """Returns the error for a place that cannot be written."""

    return StoreError(
        f"{path} cannot be written: {error.strerror or error}",
        "nothing there was changed",
        FIXES.get(error.errno or 0, "give another place"),
    )
