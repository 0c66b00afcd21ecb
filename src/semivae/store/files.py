r"""Single files: written atomically, and read only if they are regular files."""

from __future__ import annotations

__all__ = ["exists", "regular", "replaced", "sync", "write_file"]

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from semivae.errors import SemivaeError
from semivae.store.lock import unwritable
from semivae.store.place import taken


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    r"""Opens a temporary file that replaces the path once it is complete, and is removed on failure.

    Raises:
        StoreError: If the file cannot be written, or another process is writing it.
    """

    try:
        with taken(path) as place, place.beside() as temporary:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())

            temporary.replace(place.path)
            sync(place.path.parent)
    except SemivaeError:
        raise
    except OSError as error:
        raise unwritable(path, error) from None


def write_file(path: Path, content: bytes) -> None:
    """Writes a new file and waits until it is on the disk."""

    path.parent.mkdir(parents=True, exist_ok=True)

    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Waits until the entries of a folder are on the disk."""

    if os.name != "posix":
        return

    handle = os.open(folder, os.O_RDONLY)

    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def regular(path: Path) -> int:
    r"""Returns the size of a file in bytes.

    Raises:
        OSError: If the path does not exist, or is a folder, a pipe or a device (which may be endless).
    """

    facts = path.stat()

    if not stat.S_ISREG(facts.st_mode):
        raise OSError(None, "it is not a regular file")

    return facts.st_size


def exists(path: Path) -> bool:
    r"""Whether a path exists.

    Raises:
        StoreError: If the system cannot tell, for example because the name is too long.
    """

    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise unwritable(path, error) from None

    return True
