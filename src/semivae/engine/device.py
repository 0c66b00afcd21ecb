r"""Where a run computes, and how precisely."""

from __future__ import annotations

__all__ = ["fabric_for"]

import logging
from typing import TYPE_CHECKING, Any

import torch

from semivae.engine.training import Training
from semivae.errors import SettingError

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def fabric_for(training: Training) -> Fabric:
    r"""Returns what puts modules and batches on the device of a run.

    Raises:
        SettingError: If this machine has no such device.
    """

    # Fabric takes seconds to import, which nothing but a fit should pay.
    from lightning_fabric import Fabric

    kind = device(training.device)
    logger = logging.getLogger("lightning_fabric")
    level = logger.level
    # It tells of the precision at each fit, on the screen of whoever has not set up logging.
    logger.setLevel(logging.WARNING)

    try:
        return Fabric(accelerator=kind, devices=1, precision=precision(training.precision, kind))
    finally:
        logger.setLevel(level)


def device(choice: str) -> str:
    """Returns the kind of device to run on."""

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}

    if choice == "auto":
        return next(kind for kind, found in there.items() if found)

    if not there[choice]:
        found = ", ".join(repr(kind) for kind, found in there.items() if found)

        raise SettingError(f"device={choice!r}", f"PyTorch finds only {found} on this machine", "device='auto'")

    return choice


def precision(choice: str, device: str) -> Any:
    """Returns Fabric's name of the precision."""

    half = native_bfloat16(device) if choice == "auto" else choice == "bfloat16"

    return "bf16-mixed" if half else "32-true"


def native_bfloat16(device: str) -> bool:
    """Whether the device has matrix units for bfloat16."""

    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)

    return device == "cpu" and torch.cpu._is_amx_tile_supported()
