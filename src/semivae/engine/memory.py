r"""The allocator's settings for a run: memory that a step frees is kept for the next, and given back after the last.

By default glibc hands every large block back to the kernel and asks for it anew at the next step, whose pages have
then to be cleared and mapped again: that can take longer than the step itself.
"""

from __future__ import annotations

__all__ = ["keep_memory", "kept_memory"]

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# The parameters of glibc's mallopt.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_MMAP_MAX = -1, -3, -4

# Blocks of all sizes come from the allocator's own pool, which never shrinks.
KEEP = {M_MMAP_MAX: 0, M_TRIM_THRESHOLD: 2**31 - 1}

# What glibc comes to by itself in a process that has freed large blocks.
USUAL = {M_MMAP_MAX: 2**16, M_MMAP_THRESHOLD: 2**25, M_TRIM_THRESHOLD: 2**26}


@contextmanager
def kept_memory() -> Iterator[bool]:
    """Keeps freed memory within a block, and gives it back after it; yields whether the allocator can."""

    kept = keep_memory()

    try:
        yield kept
    finally:
        if kept:
            tell(USUAL)
            ctypes.CDLL(None).malloc_trim(0)


def keep_memory() -> bool:
    """Tells the allocator to keep freed memory; returns whether it can."""

    return tell(KEEP)


def tell(parameters: dict[int, int]) -> bool:
    """Sets parameters of the allocator; returns whether it took them."""

    if not sys.platform.startswith("linux"):
        return False

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)

    return mallopt is not None and all(mallopt(name, value) for name, value in parameters.items())
