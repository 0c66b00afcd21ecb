r"""The state of a run on disk. A run that continues from it ends exactly as if it had never stopped.

The noise of a step is given by the seed, the epoch, the step and the process, so that no random state is saved. A
folder holds weights, averaged weights, best weights, the state of the optimizer and the terms so far as safetensors,
and the position, the history and the schedule as JSON. The folder is replaced in one step: whenever a run is killed,
the last state or the one before is there and complete.
"""

from __future__ import annotations

__all__ = ["Checkpoint"]

import dataclasses
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import safetensors.torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from semivae.engine.distributed import Processes
from semivae.engine.history import History
from semivae.engine.optimizer import Average
from semivae.engine.state_folder import STATE, check_place, is_checkpoint
from semivae.engine.step import Step
from semivae.engine.training import Training
from semivae.errors import SettingError, StoreError
from semivae.store import open_folder, write_folder

# The least time between two states; it grows until writing takes at most this share of the time.
SECONDS = 60.0
SHARE = 0.02

# Raised by every change of the state, or of the settings that a continued run must match.
FORMAT = 2

# Settings that may differ in a continued run: its devices and the place of its state.
ANYWHERE = ("device", "devices", "nodes", "checkpoint", "resume", "about")


class Resumable(Protocol):
    """The parts of a run that its state holds."""

    step: Step
    processes: Processes
    optimizer: Optimizer
    schedule: LambdaLR
    average: Average
    history: History
    best: dict[str, Tensor]
    totals: dict[str, Tensor]
    position: tuple[int, int]
    start: float

    @property
    def seconds(self) -> float: ...


logger = logging.getLogger(__name__)


class Checkpoint:
    r"""Writes and restores the state of a run.

    Arguments:
        training: The settings of the run.
        steps: The steps of an epoch.
        writes: Whether this process writes; only one of several does.

    Raises:
        StoreError: If the folder holds something else.
    """

    def __init__(self, training: Training, steps: int, writes: bool) -> None:
        if training.checkpoint is not None:
            check_place(training.checkpoint)

        settings = {field.name: getattr(training, field.name) for field in dataclasses.fields(training)}

        self.folder = training.checkpoint
        self.resume = training.resume
        self.writes = writes
        self.about = {name: value for name, value in settings.items() if name not in ANYWHERE}
        self.about |= {"steps of an epoch": steps} | dict(training.about)
        self.written = time.monotonic()
        self.cost = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time to write the next state."""

        return time.monotonic() - self.written > max(SECONDS, self.cost / SHARE)

    def write(self, run: Resumable) -> None:
        """Writes the state of a run."""

        if self.folder is None or not self.writes:
            return

        start = time.monotonic()
        facts = {
            "format": FORMAT,
            "about": self.about,
            "epoch": run.position[0],
            "step": run.position[1],
            "seconds": run.seconds,
            "best": run.history.best,
            "records": run.history.records,
            "units": run.history.units,
            "schedule": run.schedule.last_epoch,
            "rates": [group["lr"] for group in run.optimizer.param_groups],
        }
        tensors = {name: value.detach().cpu().contiguous() for name, value in named(run)}
        write_folder(self.folder, facts, {STATE: safetensors.torch.save(tensors)}, overwrite=True)

        self.written = time.monotonic()
        self.cost = self.written - start

    def restore(self, run: Resumable) -> None:
        r"""Restores the saved state of a run, if there is one and the run is to be continued.

        Raises:
            SettingError: If the state is that of another run; the message names the differences.
            StoreError: If the state is damaged, or was written by another version.
        """

        if self.folder is None or not self.resume or not is_checkpoint(self.folder):
            return

        saved = open_folder(self.folder)
        facts = saved.facts
        check_format(self.folder, facts)
        refuse(self.folder, facts["about"], self.about)
        parts = split(safetensors.torch.load(saved.read(STATE)))

        run.step.model.load_state_dict(parts["model"])
        run.average.load_state_dict(parts["average"])
        run.best = parts["best"]
        run.totals = {name: value.to(run.processes.device) for name, value in parts.get("totals", {}).items()}
        restore_optimizer(run.optimizer, parts.get("optimizer", {}))

        run.schedule.last_epoch = facts["schedule"]
        for group, rate in zip(run.optimizer.param_groups, facts["rates"], strict=True):
            group["lr"] = rate

        run.position = (facts["epoch"], facts["step"])
        run.history.best, run.history.records = facts["best"], facts["records"]
        # States of earlier versions have none.
        run.history.units = facts.get("units", [])
        run.start -= facts["seconds"]
        logger.info("Continued at step %d of epoch %d.", facts["step"] + 1, facts["epoch"])


def named(run: Resumable) -> Iterator[tuple[str, Tensor]]:
    """Yields each tensor of the state of a run with its name."""

    parts: dict[str, Mapping[str, Tensor]] = {
        "model": run.step.model.state_dict(),
        "average": run.average.state_dict(),
        "best": run.best,
        "totals": run.totals,
        "optimizer": {
            f"{i}.{name}": value
            for i, weight in enumerate(weights(run.optimizer))
            for name, value in run.optimizer.state[weight].items()
        },
    }

    for part, tensors in parts.items():
        yield from ((f"{part}.{name}", value) for name, value in tensors.items())


def split(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Groups tensors by the part of the state that their names begin with."""

    parts: dict[str, dict[str, Tensor]] = {}

    for name, value in tensors.items():
        part, rest = name.split(".", 1)
        parts.setdefault(part, {})[rest] = value

    return parts


def weights(optimizer: Optimizer) -> list[Tensor]:
    """Lists the weights of an optimizer, in order."""

    return [weight for group in optimizer.param_groups for weight in group["params"]]


def restore_optimizer(optimizer: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Restores the state that an optimizer keeps for each weight."""

    every = weights(optimizer)

    for name, value in tensors.items():
        i, rest = name.split(".", 1)
        optimizer.state[every[int(i)]][rest] = value.to(every[int(i)].device)


def check_format(folder: Path, facts: Mapping[str, Any]) -> None:
    r"""Checks that this version can continue a state.

    Raises:
        StoreError: If another version wrote it.
    """

    # The first format had no number.
    there = facts.get("format", 1)

    if there != FORMAT:
        version = "an earlier" if isinstance(there, int) and there < FORMAT else "a later"
        raise StoreError(
            f"{folder} holds the state of a run that was written by {version} version of semivae",
            "only the version that wrote a state continues it",
            f"rm -r '{folder}' to start anew, or give another folder for the state",
        )


def refuse(folder: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    r"""Refuses the state of another run.

    Raises:
        SettingError: If settings or rows differ; the message names them.
    """

    one, other = (dict(flat(about)) for about in (there, here))
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]

    if not names:
        return

    shown = ", ".join(f"{name} is {one.get(name)!r} there and {other.get(name)!r} here" for name in names[:5])
    more = f", and {len(names) - 5} more" if len(names) > 5 else ""

    raise SettingError(
        f"{folder} holds the state of another run: {shown}{more}",
        "a run can only continue with the same settings and rows",
        "use the same settings and rows, give another folder, or remove this one",
    )


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yields the entries of nested JSON values, each with its path; a tuple counts as a list."""

    if isinstance(value, Mapping):
        entries = value.items()
    elif isinstance(value, list | tuple):
        entries = enumerate(value)
    else:
        yield name, value
        return

    for key, entry in entries:
        yield from flat(entry, f"{name}.{key}" if name else str(key))
