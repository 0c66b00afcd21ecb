r"""The processes of a run: one, or several that share every batch and average their gradients.

PyTorch's DistributedDataParallel does the work, over gloo on CPUs and NCCL on GPUs. Torchrun starts the processes, and
restarts all of them after one has died.
"""

from __future__ import annotations

__all__ = ["Processes", "ranks_of"]

import atexit
import os
from contextlib import AbstractContextManager, nullcontext
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from semivae.batch import Batch, Labeled
from semivae.engine.device import device, half
from semivae.engine.training import Training
from semivae.errors import SettingError
from semivae.ranks import ALONE, Ranks, launched

# PyTorch's collective operations, by the kind of device whose tensors they send.
BACKENDS = {"cpu": "gloo", "cuda": "nccl"}


class Processes:
    r"""Creates the connection of a run to its device and to the other processes, if there are any.

    Arguments:
        training: The settings of the run.

    Attributes:
        ranks: The place of this process.
        device: The device of this process.
        half: Whether matrix products are in bfloat16.

    Raises:
        SettingError: If this machine has no such device, or if other processes were started than the run needs.
    """

    def __init__(self, training: Training) -> None:
        kind = device(training.device)

        self.ranks = ranks_of(training)
        self.half = half(training.precision, kind)

        if self.ranks.count > 1:
            connect(kind)

        self.device = torch.device(kind, torch.cuda.current_device()) if kind == "cuda" else torch.device(kind)

    def wrap(self, step: nn.Module) -> nn.Module:
        """Moves a step to the device; with several processes, its backward pass also averages the gradients."""

        step.to(self.device)

        if self.ranks.count == 1:
            return step

        # Buffers are constants here, so no step has to send them. The name of the option depends on PyTorch's version.
        names = signature(DistributedDataParallel).parameters
        send = "forward_sync_buffers" if "forward_sync_buffers" in names else "broadcast_buffers"
        options: dict[str, Any] = {"gradient_as_bucket_view": True, send: False}

        return DistributedDataParallel(step, **options)

    def autocast(self) -> AbstractContextManager[Any]:
        """Runs a block with the matrix products in the precision of the run."""

        return torch.autocast(self.device.type, torch.bfloat16) if self.half else nullcontext()

    def receive(self, batch: Batch) -> Batch:
        """Moves a batch to the device and tells it which processes share it."""

        return Batch(
            batch.labeled and Labeled(*(part.to(self.device) for part in batch.labeled)),
            None if batch.unlabeled is None else batch.unlabeled.to(self.device),
            self.ranks,
            None if batch.frozen is None else batch.frozen.to(self.device),
        )

    def mean(self, values: dict[str, Tensor], asked: bool = False) -> tuple[dict[str, Tensor], bool | Tensor]:
        r"""Averages values over the processes and asks whether any of them was interrupted, in one message.

        Arguments:
            values: The values of this process, each with shape ().
            asked: Whether the user interrupted this process.
        """

        if self.ranks.count == 1:
            return values, asked

        own = [value.float() for value in values.values()]
        means = torch.stack([*own, torch.full_like(own[0], float(asked))])
        torch.distributed.all_reduce(means)
        *each, some = (means / self.ranks.count).unbind()

        return dict(zip(values, each, strict=True)), some

    def barrier(self) -> None:
        """Waits until all processes are here."""

        if self.ranks.count > 1:
            torch.distributed.barrier()


def ranks_of(training: Training) -> Ranks:
    r"""Finds the place of this process in a run.

    Raises:
        SettingError: If other processes were started than the run needs.
    """

    wanted, found = training.devices * training.nodes, launched()

    if wanted == 1:
        return ALONE

    if wanted != found.count:
        raise SettingError(
            f"devices={training.devices} and nodes={training.nodes}, but this is one of {found.count} processes",
            f"the run needs {wanted} processes",
            f"torchrun --nproc-per-node {training.devices} --nnodes {training.nodes} SCRIPT",
        )

    return found


def connect(kind: str) -> None:
    r"""Connects this process to the others that torchrun started, once for all of its runs.

    A group that the caller made is used and left to the caller. Ours is closed when the process ends rather than after
    each run: a second group on the same address could meet the remains of the first.

    Raises:
        SettingError: If PyTorch cannot send tensors of this kind of device, or if a process finds no GPU of its own.
    """

    if kind not in BACKENDS:
        raise SettingError(
            f"device={kind!r} with several processes", "PyTorch joins processes on CPUs or CUDA GPUs", "device='cpu'"
        )

    if kind == "cuda":
        mine, found = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()

        if mine >= found:
            raise SettingError(
                f"more than {found} processes", f"this machine has {found} GPUs, one per process", f"devices={found}"
            )

        torch.cuda.set_device(mine)

    if not torch.distributed.is_initialized():
        at = torch.device(kind, torch.cuda.current_device()) if kind == "cuda" else None
        torch.distributed.init_process_group(BACKENDS[kind], device_id=at)
        atexit.register(close)


def close() -> None:
    """Closes the group of processes, unless the caller already has."""

    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
