r"""The tensors of a saved model, whose names, types and shapes are checked before reading."""

from __future__ import annotations

__all__ = ["TENSORS", "read_tensors", "write_tensors"]

import json
from collections.abc import Callable, Mapping

import safetensors.torch
import torch
from torch import Tensor

from semivae.store import SavedFolder

TENSORS = "model.safetensors"

# The largest list of tensors that is read; a model with a thousand layers takes 0.2 MiB.
LARGEST_LIST = 2**23

# The format's names of the types that a model may have.
TYPES = {"F64": torch.float64, "F32": torch.float32, "I64": torch.int64, "BOOL": torch.bool}


def write_tensors(tensors: Mapping[str, Tensor]) -> bytes:
    """Returns tensors as the content of a file."""

    return safetensors.torch.save(dict(tensors))


def read_tensors(saved: SavedFolder, expected: Callable[[set[str]], Mapping[str, Tensor]]) -> dict[str, Tensor]:
    r"""Reads the tensors of a saved model.

    Arguments:
        saved: The folder.
        expected: Maps the names found to the model's tensors, without their values.

    Raises:
        StoreError: If they are damaged, do not match the model, or hold NaN or infinity.
    """

    found = listed(saved)
    needed = {name: (tuple(value.shape), value.dtype) for name, value in expected(set(found)).items()}

    for name in sorted(found.keys() | needed):
        if found.get(name) != needed.get(name):
            raise saved.wrong(f"tensor {name!r} is {found.get(name)} in {TENSORS} and {needed.get(name)} in the model")

    tensors = safetensors.torch.load(saved.read(TENSORS))

    for name, value in tensors.items():
        if not value.isfinite().all():
            raise saved.wrong(f"tensor {name!r} holds NaN or infinity")

    return tensors


def listed(saved: SavedFolder) -> dict[str, tuple[tuple[int, ...], torch.dtype | None]]:
    """Returns the shape and the type of each tensor in a file without reading any."""

    size = saved.size(TENSORS)

    # By hand, as the library opens no file whose name is not Unicode; it checks all of this again when it reads.
    with saved.file(TENSORS).open("rb") as file:
        length = int.from_bytes(file.read(8), "little")

        if length > min(LARGEST_LIST, size):
            raise saved.wrong(f"{TENSORS} claims a list of {length:,} bytes")

        head = file.read(length)

    try:
        parts = {name: part for name, part in json.loads(head).items() if name != "__metadata__"}
        found = {name: (tuple(part["shape"]), TYPES.get(part["dtype"])) for name, part in parts.items()}
        ends = [part["data_offsets"][1] for part in parts.values()]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise saved.wrong(f"{TENSORS} is damaged: {error}") from None

    if 8 + length + max(ends, default=0) != size:
        raise saved.wrong(f"{TENSORS} has {size:,} bytes, and its list says otherwise")

    return found
