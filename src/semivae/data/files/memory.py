r"""The memory of the machine: rows that do not fit are refused before they are read."""

from __future__ import annotations

__all__ = ["COPIES", "SHARE", "amount", "memory", "refuse_large"]

import os
from pathlib import Path

from semivae.data.files.paths import shown
from semivae.errors import DataError

# The number of copies of its rows that a fit in memory holds, roughly.
COPIES = 4

# The share of the memory above which a file is streamed if it can be: with all copies, a fit would fill half of it.
SHARE = 1 / (2 * COPIES)


def memory() -> float:
    """Returns the memory of the machine in bytes; infinity if it is unknown."""

    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return float("inf")


def refuse_large(path: Path, size: int, fix: str) -> None:
    r"""Raises a DataError if rows do not fit into memory. To be called before they are read or unpacked.

    Arguments:
        path: The file.
        size: The size of its unpacked arrays in bytes.
        fix: The change that helps.
    """

    if size * COPIES > memory():
        raise DataError(
            f"the arrays of {shown(path)} take {amount(size)} of memory, and this machine has {amount(memory())}",
            f"a fit holds about {COPIES} copies, so the arrays may take at most {amount(memory() / COPIES)}",
            fix,
        )


def amount(size: float) -> str:
    """Returns a number of bytes as text."""

    if size < 1024:
        return f"{size:.0f} bytes"

    for unit in ("KiB", "MiB", "GiB", "TiB"):
        size /= 1024

        if size < 1024:
            return f"{size:.3g} {unit}"

    return f"{size / 1024:,.0f} PiB"
