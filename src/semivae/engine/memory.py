r"""The allocator's settings for a run: memory that a step frees is kept for the next.

By default glibc hands every large block back to the kernel and asks for it anew at the next step, whose pages have
then to be cleared and mapped again: that can take longer than the step itself.
"""

from __future__ import annotations

__all__ = ["keep_memory"]

import ctypes
import sys

# The parameters of glibc's mallopt, and the largest block that it lets come from its own pool (32 MiB).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_BLOCK = 2**25
LARGEST_INTEGER = 2**31 - 1


def keep_memory() -> bool:
    """Tells the allocator to keep freed memory; returns whether it can."""

    if not sys.platform.startswith("linux"):
        return False

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)

    return mallopt is not None and bool(
        mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK) and mallopt(M_TRIM_THRESHOLD, LARGEST_INTEGER)
    )
