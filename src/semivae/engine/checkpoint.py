r"""The state of a run on disk, from which it is continued as if it had never stopped.

What a step draws is given by the seed, the epoch and the step, so that no random state has to be kept. A folder holds
weights, averaged weights, best weights, the state of the optimizer and the terms so far as safetensors, and the
position, the history and the schedule as JSON. It is replaced in one step, so that whenever a run is killed there is
a whole state, the last or the one before.
"""

from __future__ import annotations

__all__ = ["Checkpoint", "check_place", "discard", "held", "is_checkpoint", "stage_place"]

import dataclasses
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors.torch
from torch import Tensor
from torch.optim import Optimizer

from semivae.engine.training import Training
from semivae.errors import SettingError, StoreError
from semivae.store import MANIFEST, exists, known_files, open_folder, remove_folder, taken, write_folder

if TYPE_CHECKING:
    from semivae.engine.loop import Run

# At least so long between two states, and longer where writing takes more than this share of the time.
SECONDS = 60.0
SHARE = 0.02

STATE = "state.safetensors"

# What may differ in a run that is continued: where it is computed and where its state is kept.
ANYWHERE = ("device", "devices", "nodes", "checkpoint", "resume", "about")

logger = logging.getLogger(__name__)


class Checkpoint:
    r"""Creates the keeper of a run's state.

    Arguments:
        training: The settings of the run.
        steps: The steps of an epoch.
        writes: Whether this process writes: of several, one does.

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
        """Whether the last state was written long enough ago."""

        return time.monotonic() - self.written > max(SECONDS, self.cost / SHARE)

    def write(self, run: Run) -> None:
        """Writes the state of a run."""

        if self.folder is None or not self.writes:
            return

        start = time.monotonic()
        facts = {
            "about": self.about,
            "epoch": run.position[0],
            "step": run.position[1],
            "seconds": run.seconds,
            "best": run.history.best,
            "records": run.history.records,
            "schedule": run.schedule.last_epoch,
            "rates": [group["lr"] for group in run.optimizer.param_groups],
        }
        tensors = {name: value.detach().cpu().contiguous() for name, value in named(run)}
        write_folder(self.folder, facts, {STATE: safetensors.torch.save(tensors)}, overwrite=True)

        self.written = time.monotonic()
        self.cost = self.written - start

    def restore(self, run: Run) -> None:
        r"""Brings a run to the state that is kept, if there is one and it is wanted.

        Raises:
            SettingError: If the state is of another run; it names the differences.
            StoreError: If the state is damaged.
        """

        if self.folder is None or not self.resume or not is_checkpoint(self.folder):
            return

        saved = open_folder(self.folder)
        facts = saved.facts
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
        run.start -= facts["seconds"]
        logger.info("Continued at step %d of epoch %d.", facts["step"] + 1, facts["epoch"])


def named(run: Run) -> Iterator[tuple[str, Tensor]]:
    """Yields every tensor of the state of a run with its name."""

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
    """Returns the tensors of each part by their name in it."""

    parts: dict[str, dict[str, Tensor]] = {}

    for name, value in tensors.items():
        part, rest = name.split(".", 1)
        parts.setdefault(part, {})[rest] = value

    return parts


def weights(optimizer: Optimizer) -> list[Tensor]:
    """Returns the weights of an optimizer, in order."""

    return [weight for group in optimizer.param_groups for weight in group["params"]]


def restore_optimizer(optimizer: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Fills in what an optimizer keeps of each weight."""

    every = weights(optimizer)

    for name, value in tensors.items():
        i, rest = name.split(".", 1)
        optimizer.state[every[int(i)]][rest] = value.to(every[int(i)].device)


def refuse(folder: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """Raises an error with what differs between the run of a state and this one."""

    one, other = (dict(flat(about)) for about in (there, here))
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]

    if not names:
        return

    shown = ", ".join(f"{name} is {one.get(name)!r} there and {other.get(name)!r} here" for name in names[:5])
    more = f", and {len(names) - 5} more" if len(names) > 5 else ""

    raise SettingError(
        f"{folder} holds the state of another run: {shown}{more}",
        "a run is only continued with the same settings and rows",
        "take the same, give another folder, or remove this one",
    )


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yields what nested JSON values hold, each with the path to it; a tuple is a list there."""

    if isinstance(value, Mapping):
        entries = value.items()
    elif isinstance(value, list | tuple):
        entries = enumerate(value)
    else:
        yield name, value
        return

    for key, entry in entries:
        yield from flat(entry, f"{name}.{key}" if name else str(key))


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder holds the state of a run."""

    return STATE in (known_files(folder) or ())


def check_place(folder: Path) -> None:
    r"""Checks that a folder is free for the state of a run, or holds one.

    Raises:
        StoreError: If it holds something else.
    """

    if not exists(folder) or is_checkpoint(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return

    if exists(folder / MANIFEST) and exists(folder / STATE):
        raise StoreError(
            f"{folder} holds the state of a run, whose {MANIFEST} is damaged",
            "it cannot be continued, and it is left alone",
            f"rm -r '{folder}', or give another folder for the state",
        )

    raise StoreError(
        f"{folder} exists and is not the state of a run", "it is left alone", "give another folder for the state"
    )


@contextmanager
def held(folder: Path | None) -> Iterator[None]:
    r"""Keeps other processes from a folder of the state of a run, if there is one.

    Raises:
        StoreError: If another run keeps its state there.
    """

    if folder is None:
        yield
    else:
        with taken(folder):
            yield


def stage_place(folder: Path, stage: int) -> Path:
    """Returns the folder of the state of a stage, counted from 1: the first has the name, others are beside it."""

    return folder if stage == 1 else folder.with_name(f"{folder.name}.stage{stage}")


def discard(folder: Path) -> None:
    r"""Removes the state of a run and of the stages after it, and nothing else.

    Raises:
        StoreError: If another process keeps its state there.
    """

    stages = list(takewhile(is_checkpoint, (stage_place(folder, stage) for stage in count(1))))

    # The first goes last: after a kill it still tells that others are left.
    for place in reversed(stages):
        remove_folder(place)
