r"""Lock files: one process at a time holds a locked file, which names the process and its temporary files."""

from __future__ import annotations

__all__ = ["PROGRAM", "acquire", "busy", "hidden", "listed", "resolved", "same", "unwritable"]

import errno
import hashlib
import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from semivae.errors import StoreError

PROGRAM = "semivae"

# The longest file name on most systems, in bytes.
LONGEST = 255

FIXES = {
    errno.ENOSPC: "free some space, or give a path on another disk",
    errno.EDQUOT: "free some space, or give a path on another disk",
    errno.ENAMETOOLONG: f"give a shorter name: most systems allow {LONGEST} bytes",
    errno.EACCES: "give a path that you may write to",
    errno.EPERM: "give a path that you may write to",
    errno.EROFS: "give a path that you may write to",
    errno.ELOOP: "give a path whose links form no loop",
}


def acquire(file: Path, wait: bool) -> io.FileIO | None:
    r"""Opens and locks a file, and creates it if needed; returns None if the system has no locks.

    Raises:
        StoreError: If another process holds the file, or it belongs to another user.
    """

    while True:
        try:
            handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except PermissionError:
            if not file.exists():
                raise

            raise StoreError(
                f"{file} is the lock file of another user",
                "another semivae process may be writing there",
                "remove the file if no semivae process is running, or give another path",
            ) from None

        lock = io.FileIO(handle, "r+")

        if (found := locked(lock, wait)) is False:
            lock.close()
            raise busy(file)

        if found is None:
            lock.close()
            file.unlink(missing_ok=True)

            return None

        # The previous holder may have removed the file meanwhile.
        if same(lock, file):
            return lock

        lock.close()


def same(lock: io.FileIO, file: Path) -> bool:
    """Whether an open file is still the file at that path."""

    try:
        return os.path.samestat(os.fstat(lock.fileno()), os.stat(file))
    except FileNotFoundError:
        return False


def locked(lock: io.FileIO, wait: bool) -> bool | None:
    r"""Locks an open file. The system releases the lock when the process ends, even if it is killed.

    Returns:
        Whether it is locked now; None if the system has no locks, as on some network disks.
    """

    if sys.platform == "win32":
        return None

    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK):
            return None

        raise

    return True


def listed(lock: io.FileIO, file: Path) -> list[str]:
    """Returns the temporary names that a killed process left in its lock file."""

    content = lock.read(1 << 20).strip(b" \0")

    if not content:
        return []

    try:
        facts = json.loads(content)
        names = facts["temporary"] if facts["program"] == PROGRAM else None
    except (ValueError, KeyError, TypeError):
        # The machine may have stopped in the middle of a write.
        names = [] if content.startswith(json.dumps({"program": PROGRAM})[:-1].encode()) else None

    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise StoreError(f"{file} is not a lock file of {PROGRAM}", "it is not overwritten", "move it elsewhere")

    return names


def busy(file: Path) -> StoreError:
    """Returns the error for a path in use; the lock file names the process."""

    facts: dict[str, Any] = {}

    with suppress(OSError, ValueError):
        facts = json.loads(file.read_bytes())

    known = {"place", "process", "host", "since"} <= facts.keys()
    holder = f"process {facts['process']} on {facts['host']}, since {facts['since']}" if known else "another process"

    return StoreError(
        f"{file.with_name(facts['place']) if known else file} is in use by {holder}",
        "only one process at a time can write there",
        "wait until it has ended, or give another path",
    )


def hidden(path: Path, ending: str) -> Path:
    """Returns a hidden path beside another: a dot, the other name (shortened if too long) and an ending."""

    name = os.fsencode(f".{path.name}")
    room = LONGEST - len(ending) - 1

    if len(name) > room:
        name = name[: room - 17] + b"-" + hashlib.sha256(name).hexdigest()[:16].encode()

    return path.with_name(f"{os.fsdecode(name)}-{ending}")


def resolved(path: str | Path) -> Path:
    r"""Returns a path with all links resolved.

    Raises:
        StoreError: If links form a loop.
    """

    try:
        return Path(path).resolve()
    except (OSError, RuntimeError) as error:
        raise unwritable(Path(path), OSError(errno.ELOOP, str(error))) from None


def unwritable(path: Path, error: OSError) -> StoreError:
    """Returns the error for a path that cannot be written."""

    return StoreError(
        f"{path} cannot be written: {error.strerror or error}",
        "nothing there was changed",
        FIXES.get(error.errno or 0, "give another path"),
    )
