r"""Binary frames between server and page: a head of JSON, then arrays as they lie in memory.

    4 bytes "SVX1" | uint32 length of the head | head | padding to 8 bytes | array | padding | array ...

The head lists the arrays under "arrays": name, type, shape, and offset from the start of the first array. All numbers
are little-endian, so that a page reads them as typed arrays without copying.
"""

from __future__ import annotations

__all__ = ["MAGIC", "pack", "unpack"]

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError
from semivae.workflows.plain import ready

MAGIC = b"SVX1"

TYPES = {"<f4": "float32", "|u1": "uint8", "<i4": "int32", "<i2": "int16"}


def pack(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> bytes:
    r"""Returns a frame.

    Arguments:
        head: Plain values.
        arrays: Arrays of float32, uint8, int16 or int32, by name.
    """

    kept = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    listed, body = [], bytearray()

    for name, array in kept.items():
        listed.append({"name": name, "type": TYPES[array.dtype.str], "shape": array.shape, "offset": len(body)})
        body += array.tobytes()
        body += bytes(padded(len(body)) - len(body))

    text = json.dumps(ready({**head, "arrays": listed}), ensure_ascii=False).encode()
    start = MAGIC + struct.pack("<I", len(text)) + text

    return start + bytes(padded(len(start)) - len(start)) + bytes(body)


def padded(size: int) -> int:
    """Returns a size rounded up to 8 bytes."""

    return -(-size // 8) * 8


def unpack(frame: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    r"""Returns the head and the arrays of a frame.

    Raises:
        DataError: If it is not a whole frame.
    """

    try:
        if frame[:4] != MAGIC:
            raise ValueError("it does not begin as one")

        (length,) = struct.unpack("<I", frame[4:8])
        head, start = json.loads(frame[8 : 8 + length]), padded(8 + length)
        arrays = {
            entry["name"]: np.frombuffer(
                frame, entry["type"], count=int(np.prod(entry["shape"])), offset=start + entry["offset"]
            ).reshape(entry["shape"])
            for entry in head.pop("arrays")
        }
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise DataError(f"no frame: {error}", "a whole frame is needed", "unpack(pack(head, arrays))") from None

    return head, arrays
