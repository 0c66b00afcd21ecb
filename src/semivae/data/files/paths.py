r"""Paths given by users: shown as text, and checked before anything is opened."""

from __future__ import annotations

__all__ = ["exists", "refuse_irregular", "shown"]

import os
import stat
from pathlib import Path

from semivae.errors import DataError


def shown(path: Path | str) -> str:
    """Returns a path as text that can always be shown or written. Bytes that are not UTF-8 are replaced."""

    return os.fsencode(path).decode("utf-8", "replace")


def exists(path: Path) -> bool:
    """Tells whether a path exists. A name that no file can have does not."""

    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def refuse_irregular(path: Path, needed: str, fix: str = "") -> None:
    r"""Raises a DataError if a path is not a regular file. Reading a device or a pipe may never end.

    Arguments:
        path: The path. Links are followed.
        needed: The file that is needed, in words.
        fix: The change that helps if there is no such file.
    """

    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{shown(path)} does not exist", needed, fix) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{shown(path)[:200]} cannot be opened ({reason})", needed, fix) from None

    if stat.S_ISDIR(mode):
        raise DataError(f"{shown(path)} is a folder", needed, fix)

    if not stat.S_ISREG(mode):
        raise DataError(f"{shown(path)} is a pipe, a device or a socket", "only regular files are read")
