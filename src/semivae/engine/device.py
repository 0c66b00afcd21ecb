r"""Where a run computes, and how precisely."""

from __future__ import annotations

__all__ = ["device", "half", "matrix_units", "place", "threads"]

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from semivae.errors import SettingError

# The share of a GPU's free memory that the rows of a fit may take.
SHARE = 0.5


def device(choice: str) -> str:
    """Returns the kind of device to run on."""

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}

    if choice == "auto":
        return next(kind for kind, found in there.items() if found)

    if not there[choice]:
        found = ", ".join(repr(kind) for kind, found in there.items() if found)

        raise SettingError(f"device={choice!r}", f"PyTorch finds only {found} on this machine", "device='auto'")

    return choice


def place(choice: str, size: int) -> torch.device:
    r"""Returns where the rows of a fit are kept: on the GPU that it runs on, if they leave room there.

    Arguments:
        choice: The device of the fit.
        size: The bytes of the rows.
    """

    kind = device(choice)
    fits = kind == "cuda" and size < SHARE * torch.cuda.mem_get_info()[0]

    return torch.device(kind if fits else "cpu")


def matrix_units(device: str) -> bool:
    """Whether the device multiplies bfloat16 many times faster than it does all else."""

    return device == "cuda" or (device == "cpu" and torch.cpu._is_amx_tile_supported())


def half(choice: str, device: str) -> bool:
    """Whether products are taken in bfloat16."""

    return native_bfloat16(device) if choice == "auto" else choice == "bfloat16"


def native_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 by itself: at twice the speed of float32, with matrix units at eight."""

    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)

    return device == "cpu" and (torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


@contextmanager
def threads(most: int | None) -> Iterator[None]:
    """Runs a block in which PyTorch computes with no more threads than that, if it is given."""

    before = torch.get_num_threads()
    torch.set_num_threads(min(before, most or before))

    try:
        yield
    finally:
        torch.set_num_threads(before)
