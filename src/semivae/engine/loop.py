r"""The loop: steps over batches, on any device, until the epochs are done, the run stops improving, or a user stops it.

The noise of a step is given by the seed, the epoch, the step and the process. A run neither uses nor changes the random
state of the caller.
"""

from __future__ import annotations

__all__ = ["Rows", "train"]

import copy
import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from semivae.batch import Batch
from semivae.engine.callbacks import Callback
from semivae.engine.checkpoint import Checkpoint
from semivae.engine.compile import Compiled
from semivae.engine.device import threads
from semivae.engine.distributed import Processes, ranks_of
from semivae.engine.history import History
from semivae.engine.interrupt import Interrupt
from semivae.engine.memory import kept_memory
from semivae.engine.optimizer import Average, clip, optimizer, schedule
from semivae.engine.predict import seeded
from semivae.engine.state_folder import held
from semivae.engine.step import Objective, Step
from semivae.engine.training import Training
from semivae.errors import DivergedError

Measure: TypeAlias = Callable[[nn.Module], dict[str, float]]


class Rows(Protocol):
    """The part of a loader that the loop uses."""

    def __len__(self) -> int: ...

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Yields the batches of an epoch from a step on, the same at each call; each holds this process's rows."""
        ...


def train(
    model: nn.Module,
    objective: Objective,
    rows: Rows,
    training: Training,
    callbacks: Sequence[Callback] = (),
    validation: Rows | None = None,
    penalty: nn.Module | None = None,
    measure: Measure | None = None,
) -> History:
    r"""Trains a model in place.

    Arguments:
        model: The model; it ends with the best weights, on the CPU.
        objective: Maps the terms of a batch to the loss and logged values.
        rows: The rows to train on.
        training: The settings of the run.
        callbacks: They see every epoch.
        validation: The weights with the lowest loss on these rows are the best; without them, the last weights are.
        penalty: Is added to the loss, as in :class:`Step`.
        measure: Maps the model after each epoch to numbers by name, which the history keeps.

    Returns:
        The history of the run.

    Raises:
        DivergedError: If a term of the loss is no longer finite.
        SettingError: If the folder for the state holds the state of another run.
    """

    first = ranks_of(training).rank == 0

    # Only the first process writes.
    with held(training.checkpoint if first else None):
        run = Run(Step(model, objective, penalty), rows, training, validation, measure)
        go(run, callbacks if first else ())
        run.checkpoint.write(run)

    model.load_state_dict(run.best)
    model.to("cpu").eval()

    return run.history


def go(run: Run, callbacks: Sequence[Callback]) -> None:
    """Takes the steps of a run until it ends or the user stops it."""

    for callback in callbacks:
        callback.start(run.training.epochs)

    try:
        with seeded(run.training.seed), threads(run.training.threads), kept_memory(), run.interrupt:
            for record in run.epochs():
                for callback in callbacks:
                    callback.epoch(record)
    except KeyboardInterrupt:
        run.history.stopped = "interrupted"

        if run.ranks.rank == 0:
            warnings.warn(f"stopped by hand; the model of epoch {run.history.best} is kept", stacklevel=3)
    finally:
        for callback in callbacks:
            callback.end()


class Run:
    """The state of a run while :func:`train` takes its steps."""

    def __init__(
        self, step: Step, rows: Rows, training: Training, validation: Rows | None, measure: Measure | None = None
    ) -> None:
        self.processes = Processes(training)
        self.ranks = self.processes.ranks

        if training.compiled:
            step.compute = Compiled(step.terms, self.processes.device.type)

        self.rows = rows
        self.training = training
        self.validation = validation
        self.measure = measure
        self.history = History()

        self.steps = training.epochs * len(rows)
        self.step = step
        self.wrapped = self.processes.wrap(step)
        self.optimizer = optimizer(step.model, training)
        self.schedule = schedule(self.optimizer, self.steps)
        self.weights = list(step.model.parameters())
        self.average = Average(step.model, training.averaging)
        step.average = (self.average.module,) if training.averaging else ()
        self.kept: nn.Module = (*step.average, step.model)[0]
        self.best = copy.deepcopy(step.model.state_dict())

        # The next step, and the sums of the terms over the steps before it in its epoch.
        self.position = (1, 0)
        self.totals: dict[str, Tensor] = {}
        self.start = time.perf_counter()
        self.interrupt = Interrupt()
        self.checkpoint = Checkpoint(training, len(rows), writes=self.ranks.rank == 0)
        self.checkpoint.restore(self)
        self.processes.barrier()

    @property
    def seconds(self) -> float:
        """The duration of the run in seconds, including the time before it was continued."""

        return time.perf_counter() - self.start

    def epochs(self) -> Iterator[dict[str, Any]]:
        """Yields the record of each epoch."""

        for number in range(self.position[0], self.training.epochs + 1):
            if self.training.patience is not None and number - 1 - self.history.best >= self.training.patience:
                self.history.stopped = "patience"
                return

            record = {"epoch": number, "seconds": 0.0} | self.epoch(number)

            if self.validation is not None:
                record["validation_loss"] = self.validate(self.validation)

            record["seconds"] = self.seconds
            self.history.add(record, self.measured())

            if record.get("validation_loss", -math.inf) <= self.history.lowest:
                self.keep(number)

            self.position, self.totals = (number + 1, 0), {}
            yield record

    def epoch(self, number: int) -> dict[str, float]:
        """Takes the remaining steps of an epoch and returns the mean of every term."""

        self.wrapped.train()
        start = self.position[1]

        for i, batch in enumerate(self.rows.epoch(number, start), start):
            self.advance(number, i, batch)

        return {name: float(total) / len(self.rows) for name, total in self.totals.items()}

    def advance(self, epoch: int, step: int, batch: Batch) -> None:
        """Takes one step, with its seed, its checks and its place in the history."""

        self.seed(epoch, step)
        done = ((epoch - 1) * len(self.rows) + step) / self.steps
        logs = self.take(self.processes.receive(batch), torch.tensor(done, device=self.processes.device))
        logs, asked = self.processes.mean(logs, self.interrupt.asked)
        self.check(logs, epoch, step)

        self.totals = {name: self.totals.get(name, 0.0) + value for name, value in logs.items()}
        self.position = (epoch, step + 1)
        self.pause(step, asked)

    def pause(self, step: int, asked: bool | Tensor) -> None:
        """Between two steps, writes the state if it is due and stops if the user asked to."""

        if self.checkpoint.due:
            self.checkpoint.write(self)

        if (self.readable(step) or isinstance(asked, bool)) and asked:
            raise KeyboardInterrupt

    def readable(self, step: int) -> bool:
        """Whether values are read at a step. Reading makes a GPU wait, so a GPU reads them at every 50th step only."""

        return self.processes.device.type == "cpu" or step % 50 == 0

    def seed(self, epoch: int, step: int) -> None:
        """Seeds the noise of a step; each process has noise of its own."""

        # The first process draws as a single one does.
        place = [self.training.seed, epoch, step] + [self.ranks.rank] * (self.ranks.rank > 0)
        seed = int(np.random.SeedSequence(place).generate_state(1)[0])

        # Seeding the generators of unused devices takes a twentieth of a small step.
        (torch.default_generator if self.processes.device.type == "cpu" else torch).manual_seed(seed)

    def take(self, batch: Batch, progress: Tensor) -> dict[str, Tensor]:
        """Moves the weights by one step and returns its terms."""

        self.optimizer.zero_grad()

        with self.processes.autocast():
            loss, logs = self.wrapped(batch, progress)

        loss.backward()
        clip(self.weights, self.training.clip)
        self.optimizer.step()
        self.schedule.step()
        self.average.update()

        return logs

    def validate(self, rows: Rows) -> float:
        """Computes the loss of the averaged weights on held-out rows, with every term at its full weight."""

        kept = self.kept.eval()
        objective = self.step.objective

        with torch.no_grad():
            self.seed(0, 0)
            batches = map(self.processes.receive, rows.epoch(0))
            done = torch.ones((), device=self.processes.device)
            losses = [objective(*kept(batch, done), done, batch.ranks)[0] for batch in batches]

        return float(self.processes.mean({"loss": torch.stack(losses).mean()})[0]["loss"])

    def measured(self) -> dict[str, float]:
        """Measures the weights that an epoch would keep, without a trace in the run."""

        if self.measure is None:
            return {}

        trains = self.kept.training

        with torch.no_grad():
            self.seed(0, 0)
            found = self.measure(self.kept.eval())

        self.kept.train(trains)

        return found

    def keep(self, epoch: int) -> None:
        """Keeps the averaged weights (or the last weights, without averaging) as the best so far."""

        self.best = {name: value.detach().clone() for name, value in self.kept.state_dict().items()}
        self.history.best = epoch

    def check(self, logs: dict[str, Tensor], epoch: int, step: int) -> None:
        """Raises an error that names the first term that is not finite."""

        if not self.readable(step) or math.isfinite(logs["loss"]):
            return

        # A bound is the sum of other terms, which say more.
        terms = [name for name, value in logs.items() if name != "loss" and not math.isfinite(value)]
        worst = min(terms, key=lambda name: name.endswith(("bound", "relaxed")), default="loss")

        raise DivergedError(
            f"{worst} became {float(logs[worst])} in step {step} of epoch {epoch}",
            "every term of the loss must stay finite",
            f"learning_rate={self.training.learning_rate / 10:g}, or precision='float32'",
        )
