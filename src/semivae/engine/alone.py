r"""A run in one process, which needs nothing of Lightning Fabric but the face.

Fabric imports PyTorch's compiler, which takes as long as all of PyTorch, and what it wraps around each
call takes a twentieth of a small step.
"""

from __future__ import annotations

__all__ = ["Alone"]

from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from semivae.batch import Batch, Labeled


class Alone:
    r"""Creates what the loop asks of Fabric, for this process only.

    Arguments:
        kind: The kind of device.
        half: Whether products are taken in bfloat16.
    """

    def __init__(self, kind: str, half: bool) -> None:
        self.device = torch.device(kind, torch.cuda.current_device()) if kind == "cuda" else torch.device(kind)
        self.half = half

    def setup(self, step: nn.Module, optimizer: Optimizer) -> tuple[Any, Optimizer]:
        """Moves a step to the device, where the optimizer finds the same parameters."""

        return Precise(step.to(self.device), self.half), optimizer

    def to_device(self, batch: Batch) -> Batch:
        """Returns a batch on the device."""

        return Batch(
            batch.labeled and Labeled(*(part.to(self.device) for part in batch.labeled)),
            None if batch.unlabeled is None else batch.unlabeled.to(self.device),
        )

    def backward(self, loss: Tensor) -> None:
        """Computes the gradient."""

        loss.backward()

    def barrier(self) -> None:
        """Waits for nobody."""


class Precise(nn.Module):
    r"""Creates a module whose products are taken in some precision.

    Arguments:
        module: The module.
        half: Whether they are taken in bfloat16.
    """

    def __init__(self, module: nn.Module, half: bool) -> None:
        super().__init__()

        self.module = module
        self.halved = half

    def forward(self, batch: Batch, progress: Tensor) -> Any:
        """Returns what the module returns."""

        with torch.autocast(progress.device.type, torch.bfloat16) if self.halved else nullcontext():
            return self.module(batch, progress)
