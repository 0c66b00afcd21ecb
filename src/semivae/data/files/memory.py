r"""The memory of the machine, and whether rows fit into it."""

from __future__ import annotations

__all__ = ["COPIES", "SHARE", "amount", "memory", "refuse_large"]

import os
from pathlib import Path

from semivae.data.files.paths import shown
from semivae.errors import DataError

# A fit in memory holds its rows about so many times.
COPIES = 4

# Rows of a file that can be streamed are not held where a fit would fill half of the memory.
SHARE = 1 / (2 * COPIES)


def memory() -> float:
    """Returns the bytes of memory of the machine; without limit where it does not tell."""

    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return float("inf")


def refuse_large(path: Path, size: int, fix: str) -> None:
    r"""Checks that rows fit into the memory, before any is read or unpacked.

    Arguments:
        path: The file.
        size: The bytes of its arrays, which a compressed or damaged file may not show.
        fix: The change that helps.

    Raises:
        DataError: If they do not.
    """

    if size * COPIES > memory():
        raise DataError(
            f"the arrays of {shown(path)} take {amount(size)} of memory, and this machine has {amount(memory())}",
            f"a fit holds rows about {COPIES} times, so they may take at most {amount(memory() / COPIES)}",
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
