r"""The idx format of MNIST: a type, a shape, and the values, big-endian."""

from __future__ import annotations

__all__ = ["contents", "parse", "read"]

import gzip
import io
import math
import struct
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from semivae.data.files.memory import refuse_large
from semivae.data.files.paths import shown
from semivae.errors import DataError

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

PACKED = b"\x1f\x8b"
MOST_PACKED = 1032  # the largest ratio of compression that deflate reaches


def read(path: Path) -> NDArray[Any]:
    r"""Reads an idx file, compressed or not. No more is unpacked than the header states.

    Raises:
        DataError: If it is not a whole idx file, or does not fit into memory.
        OSError, EOFError, zlib.error: If it cannot be read or unpacked.
    """

    held = path.stat().st_size

    with path.open("rb") as raw:
        packed = raw.read(2) == PACKED
        raw.seek(0)
        file: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        dtype, shape = header(file, shown(path))
        needed = math.prod(shape) * dtype.itemsize

        if needed > held * (MOST_PACKED if packed else 1):
            raise damaged(shown(path), f"{held} bytes", shape, needed)

        refuse_large(path, needed, "keep fewer or smaller images")

        return values(file, dtype, shape, shown(path))


def contents(path: Path) -> bytes:
    """Returns the bytes of a file, unpacked if they are compressed. The name of the file does not matter."""

    raw = path.read_bytes()

    return gzip.decompress(raw) if raw[:2] == PACKED else raw


def parse(raw: bytes, name: str) -> NDArray[Any]:
    r"""Decodes bytes in idx format.

    Arguments:
        raw: The bytes.
        name: The name of the file, for messages.

    Raises:
        DataError: If the format is wrong, or there are too few or too many bytes.
    """

    file = io.BytesIO(raw)

    return values(file, *header(file, name), name)


def header(file: IO[bytes], name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Reads the type and the shape."""

    start = file.read(4)

    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in TYPES:
        raise DataError(f"{name} is not an idx file", "it must start with two zero bytes and a type")

    shape = file.read(4 * start[3])

    if len(shape) < 4 * start[3]:
        raise DataError(f"{name} is truncated: it ends within its header")

    return np.dtype(TYPES[start[2]]), struct.unpack(f">{start[3]}I", shape)


def values(file: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """Reads the values, and checks that their number is the one in the header."""

    needed = math.prod(shape) * dtype.itemsize
    raw = file.read(needed)

    if len(raw) < needed or file.read(1):
        raise damaged(name, f"{len(raw)} bytes of values{' and more' if len(raw) == needed else ''}", shape, needed)

    return np.frombuffer(raw, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def damaged(name: str, found: str, shape: tuple[int, ...], needed: int) -> DataError:
    """Returns the error for a file whose number of values is not the one in its header."""

    return DataError(
        f"{name} is truncated or damaged: {found}",
        f"its header states {'x'.join(map(str, shape))} values, so {needed} bytes",
        "copy or download the file again",
    )
