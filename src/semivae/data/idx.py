r"""The idx format of MNIST: a type, a shape, and the values, big-endian."""

from __future__ import annotations

__all__ = ["parse", "read"]

import gzip
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read(path: Path) -> NDArray[Any]:
    r"""Reads an idx file, compressed or not.

    Raises:
        DataError: If it is not a whole idx file.
        OSError, EOFError, zlib.error: If it cannot be read or unpacked.
    """

    return parse(contents(path), str(path))


def contents(path: Path) -> bytes:
    """Returns the bytes of a file, unpacked if they are compressed, whatever its name says."""

    raw = path.read_bytes()

    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


def parse(raw: bytes, name: str) -> NDArray[Any]:
    r"""Returns the array that bytes in idx format hold.

    Arguments:
        raw: The bytes.
        name: What they are called, for messages.

    Raises:
        DataError: If they are not in that format, or there are too few or too many.
    """

    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in TYPES:
        raise DataError(f"{name} is not an idx file", "it must start with two zero bytes and a type")

    start = 4 + 4 * raw[3]

    if len(raw) < start:
        raise DataError(f"{name} is truncated: it ends within its header")

    shape = struct.unpack(f">{raw[3]}I", raw[4:start])
    dtype = np.dtype(TYPES[raw[2]])
    needed = math.prod(shape) * dtype.itemsize

    if len(raw) - start != needed:
        raise DataError(
            f"{name} is truncated or damaged: {len(raw) - start} bytes of values",
            f"its header says {'x'.join(map(str, shape))} values, so {needed} bytes",
            "copy or download the file again",
        )

    return np.frombuffer(raw, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
