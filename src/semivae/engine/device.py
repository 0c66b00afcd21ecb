r"""The device of a run, its precision and its threads."""

from __future__ import annotations

__all__ = ["device", "half", "matrix_units", "place", "threads"]

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from semivae.errors import SettingError

# The share of a GPU's free memory that the rows of a fit may take.
SHARE = 0.5


def device(choice: str) -> str:
    r"""Chooses the kind of device to run on.

    Raises:
        SettingError: If this machine has no such device.
    """

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}

    if choice == "auto":
        return next(kind for kind, found in there.items() if found)

    if not there[choice]:
        found = ", ".join(repr(kind) for kind, found in there.items() if found)

        raise SettingError(f"device={choice!r}", f"PyTorch finds only {found} on this machine", "device='auto'")

    return choice


def place(choice: str, size: int) -> torch.device:
    r"""Chooses where the rows of a fit are kept: on its GPU if they leave enough memory free, else on the CPU.

    Arguments:
        choice: The device of the fit, or "auto".
        size: The size of the rows in bytes.
    """

    kind = device(choice)
    fits = kind == "cuda" and size < SHARE * torch.cuda.mem_get_info()[0]

    return torch.device(kind if fits else "cpu")


def matrix_units(device: str) -> bool:
    """Whether the device has units for bfloat16 matrix products, many times faster than its other arithmetic."""

    return device == "cuda" or (device == "cpu" and torch.cpu._is_amx_tile_supported())


def half(choice: str, device: str) -> bool:
    """Whether matrix products are computed in bfloat16."""

    return native_bfloat16(device) if choice == "auto" else choice == "bfloat16"


def native_bfloat16(device: str) -> bool:
    """Whether the hardware multiplies bfloat16: twice as fast as float32, eight times with matrix units."""

    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)

    return device == "cpu" and (torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


@contextmanager
def threads(most: int | None) -> Iterator[None]:
    """Runs a block with at most this many PyTorch threads; :py:`None` changes nothing."""

    before = torch.get_num_threads()
    torch.set_num_threads(min(before, most or before))

    try:
        yield
    finally:
        torch.set_num_threads(before)
