r"""Several processes: each takes its rows of every batch, and gradients and terms are averaged over all.

PyTorch's own engine does it (DistributedDataParallel, through Fabric), over gloo on processors and NCCL on GPUs. The
processes are started by torchrun, which also starts them anew after one has died.
"""

from __future__ import annotations

__all__ = ["fabric", "mean", "ranks_of"]

import logging
from inspect import signature
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from semivae.engine.alone import Alone
from semivae.engine.device import device, half
from semivae.engine.training import Training
from semivae.errors import SettingError
from semivae.ranks import ALONE, Ranks, launched

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def ranks_of(training: Training) -> Ranks:
    r"""Returns the place of this process in a run.

    Raises:
        SettingError: If the run is to have other processes than those that were started.
    """

    wanted, found = training.devices * training.nodes, launched()

    if wanted == 1:
        return ALONE

    if wanted != found.count:
        raise SettingError(
            f"devices={training.devices} and nodes={training.nodes}, in one of {found.count} processes",
            f"{wanted} processes have to be started",
            f"torchrun --nproc-per-node {training.devices} --nnodes {training.nodes} SCRIPT",
        )

    return found


def fabric(training: Training) -> Fabric | Alone:
    r"""Returns the Fabric of a run: its device, its precision, and the connection to the other processes.

    Raises:
        SettingError: If this machine has no such device.
    """

    kind = device(training.device)
    halved = half(training.precision, kind)

    if ranks_of(training) == ALONE:
        return Alone(kind, halved)

    # Fabric takes seconds to import, which nothing but several processes should pay.
    from lightning_fabric import Fabric
    from lightning_fabric.plugins import MixedPrecision, Precision
    from lightning_fabric.strategies.ddp import DDPStrategy

    # Asked for by name, a precision would announce itself on the screen.
    products = MixedPrecision("bf16-mixed", kind) if halved else Precision()

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it tells of every process that it has started

    # Buffers are constants here, and need not be sent at each step; the option's name depends on PyTorch's version.
    names = signature(DistributedDataParallel).parameters
    send = "forward_sync_buffers" if "forward_sync_buffers" in names else "broadcast_buffers"
    options: dict[str, Any] = {"gradient_as_bucket_view": True, send: False}
    together = DDPStrategy(**options)
    made = Fabric(
        accelerator=kind, strategy=together, devices=training.devices, num_nodes=training.nodes, plugins=products
    )
    made.launch()

    return made


def mean(values: dict[str, Tensor], ranks: Ranks, asked: bool = False) -> tuple[dict[str, Tensor], bool | Tensor]:
    r"""Returns means over the processes, and whether one of them was asked something, in one message.

    Arguments:
        values: The values of this process, each with shape ().
        ranks: The processes.
        asked: Whether this process was asked.
    """

    if ranks.count == 1:
        return values, asked

    own = [value.float() for value in values.values()]
    means = torch.stack([*own, torch.full_like(own[0], float(asked))])
    torch.distributed.all_reduce(means)
    *each, some = (means / ranks.count).unbind()

    return dict(zip(values, each, strict=True)), some
