r"""Several processes for one command: started by PyTorch's elastic agent, and restarted when one dies."""

from __future__ import annotations

__all__ = ["STOPPED", "first", "launch", "started", "supervised", "work"]

import os
import runpy
import sys
import uuid
from typing import Any

from semivae.errors import SemivaeError, SettingError

# How often all processes restart after one dies.
RESTARTS = 3

PORT = 29400

# The exit code of a process stopped by hand.
STOPPED = 130


def started() -> tuple[int, int]:
    """Returns the numbers of processes per machine and of machines under torchrun; 1 and 1 without it."""

    here, every = (int(os.environ.get(name, "1")) for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE"))

    return here, every // here


def first() -> bool:
    """Whether this is the first process of all, the only one that writes and shows anything."""

    return os.environ.get("RANK", "0") == "0"


def supervised() -> bool:
    """Whether torchrun started this process, perhaps to replace one that died."""

    return "TORCHELASTIC_RUN_ID" in os.environ


def launch(devices: int, nodes: int) -> int:
    r"""Runs this command in several processes.

    Arguments:
        devices: The processes of this machine.
        nodes: The machines; the command runs on each.

    Returns:
        The exit code.

    Raises:
        KeyboardInterrupt: If the user stopped it.
        SemivaeError: If a process died again after each restart.
    """

    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    config = LaunchConfig(
        min_nodes=nodes,
        max_nodes=nodes,
        nproc_per_node=devices,
        rdzv_backend="c10d",
        max_restarts=RESTARTS,
        **meeting(nodes),
    )

    # The processes share the cores instead of each taking all of them.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores() // devices)))

    # A store that outlives them would send restarted processes to dead ones.
    os.environ.setdefault("TORCH_DISABLE_SHARE_RDZV_TCP_STORE", "1")

    try:
        codes = elastic_launch(config, work)(sys.argv[1:])
    except SignalException:
        raise KeyboardInterrupt from None
    except ChildFailedError as error:
        rank, first = error.get_first_failure()

        raise SemivaeError(
            f"process {rank} of the fit ended with exit code {first.exitcode}, after {RESTARTS} restarts",
            "its last messages are above; its state is kept",
            "the same command with --resume",
        ) from None

    return max(codes.values())


def meeting(nodes: int) -> dict[str, Any]:
    """Returns the meeting point of the processes of all machines."""

    if nodes == 1:
        return {"rdzv_endpoint": "localhost:0", "run_id": uuid.uuid4().hex, "local_addr": "localhost"}

    if "MASTER_ADDR" not in os.environ:
        raise SettingError(
            f"--nodes {nodes}", "every machine must know the first one", "export MASTER_ADDR=HOST on each of them"
        )

    port = os.environ.get("MASTER_PORT", PORT)

    return {"rdzv_endpoint": f"{os.environ['MASTER_ADDR']}:{port}", "run_id": "semivae"}


def cores() -> int:
    """Returns the cores that this process may use."""

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work(arguments: list[str]) -> int:
    """Runs the command in one of the processes; an exit code is a result, so that only a death restarts it."""

    sys.argv[1:] = arguments

    try:
        runpy.run_module("semivae", run_name="__main__")
    except SystemExit as end:
        if end.code == STOPPED:
            raise  # the launcher is exiting and reads no result

        return int(end.code or 0)

    return 0
