r"""Memory that a step frees is kept for the next step, and returned to the system after the run.

By default glibc returns every large block to the kernel and asks for a new one at the next step. The kernel then clears
and maps its pages again, which can take longer than the step itself.
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

# The values that glibc itself reaches in a process that has freed large blocks.
USUAL = {M_MMAP_MAX: 2**16, M_MMAP_THRESHOLD: 2**25, M_TRIM_THRESHOLD: 2**26}


@contextmanager
def kept_memory() -> Iterator[bool]:
    """Keeps freed memory during a block and returns it afterwards; yields whether the allocator supports this."""

    kept = keep_memory()

    try:
        yield kept
    finally:
        if kept:
            tell(USUAL)
            ctypes.CDLL(None).malloc_trim(0)


def keep_memory() -> bool:
    """Tells the allocator to keep freed memory; true if it does."""

    return tell(KEEP)


def tell(parameters: dict[int, int]) -> bool:
    """Sets parameters of the allocator; true if it accepts them."""

    if not sys.platform.startswith("linux"):
        return False

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)

    return mallopt is not None and all(mallopt(name, value) for name, value in parameters.items())
