"""What each process of a run does, in a file of its own that torchrun can start.

Its arguments are a folder for the results, and "die" where one process is to be killed in the middle of the first run.
"""

import json
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import safetensors.torch
import torch

from semivae.batch import Batch
from semivae.data.batches.loader import Loader
from semivae.engine import Training, checkpoint, train
from semivae.engine.distributed import Processes
from semivae.engine.loop import Run
from semivae.engine.step import Step
from semivae.estimators import VAEClassifier
from semivae.estimators.build.recipe import penalties_of
from semivae.estimators.build.wiring import wire
from semivae.estimators.options.grouped import grouped
from semivae.estimators.plan import rows as plans
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.estimators.stages import together
from semivae.objectives import ELBO
from semivae.ranks import ALONE, launched
from semivae.schema import Schema
from semivae.variables import Variable

COLUMNS = tuple(Variable(name, "real") for name in "abcd")
TARGET = Variable("y", "category", classes=(0, 1, 2))
VALUE = Variable("y", "real")

# The model, the weight of the consistency of its predictions, and its dropout.
RUNS = [
    ("m2", 0.0, 0.0),
    ("m2", 1.0, 0.3),
    ("predictor", 0.0, 0.0),
    ("predictor", 1.0, 0.3),
    ("vae", 0.0, 0.0),
    ("adgm", 1.0, 0.3),
    ("alpha", 1.0, 0.3),
    ("ccvae", 0.0, 0.0),
    ("shot", 1.0, 0.3),
    ("debias", 1.0, 0.3),
    ("m1m2", 1.0, 0.3),
    ("m2 real", 1.0, 0.3),
]

# Some runs have more: a mean over all rows inside a maximum, several draws of a row, a prior without a closed form.
FREE_BITS = {"vae": 0.2}
OPTIONS = {"predictor": {"importance_samples": 3}, "vae": {"prior": "mixture", "components": 4}}

DEATH = (2, 3)

Still = runpy.run_path(str(Path(__file__).with_name("still.py")))["Still"]


class Watched(Loader):
    """A loader that notes the steps it is asked for, and has the last process killed before one of them."""

    taken: list[tuple[int, int]]
    dies = False

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        for step, batch in enumerate(super().epoch(number, start), start):
            if self.dies and (number, step) == DEATH and self.ranks.rank == self.ranks.count - 1:
                os.kill(os.getpid(), signal.SIGKILL)

            self.taken.append((number, step))
            yield batch


def loader(real: bool = False) -> Watched:
    count = launched().count
    random = torch.Generator().manual_seed(5)
    x, y = torch.randn(130, 4, generator=random), torch.eye(3)[torch.arange(30) % 3]
    y = torch.linspace(-2, 2, 30)[:, None] if real else y
    rows = Watched(x, y, torch.arange(30), torch.arange(30, 130), 20, 12, 0, launched() if count > 1 else ALONE)
    object.__setattr__(rows, "taken", [])

    return rows


def settings(**changed: Any) -> Training:
    usual = {"epochs": 3, "learning_rate": 0.01, "device": "cpu", "precision": "float32", "devices": launched().count}

    return Training(**usual | changed)


def made(model: str, adversarial: float, dropout: float, rows: Loader, training: Training) -> tuple[Any, ...]:
    """The model, its objective and its penalty, after the stages before the last."""

    name, *kind = model.split()
    target = None if name == "vae" else VALUE if kind else TARGET
    schema, counts = Schema(COLUMNS, target), [10, 10, 10] if target is TARGET else []
    options = {"hidden": (8,), "latents": 2, "dropout": dropout, "adversarial": adversarial, **OPTIONS.get(model, {})}

    # Rows are few here, and yet labels are to be lent.
    with patch.object(plans, "ROWS_A_LABEL", 1):
        estimator = VAEClassifier(**grouped(VAEClassifier, options))
        plan = plan_of(estimator, name, schema, Counts(len(rows.labeled), len(rows.unlabeled)), seed=0)

    torch.manual_seed(1)
    wired = wire(plan, schema, counts)

    *before, _ = wired.stages()

    for stage in before:
        train(stage, ELBO(), rows, training)
        stage.requires_grad_(False)

    penalty = together(penalties_of(plan, wired, schema, counts, rows, before), plan.teacher)

    return wired, ELBO(free_bits=FREE_BITS.get(model, 0.0)), penalty


def run(model: str, adversarial: float, dropout: float, rows: Any = None, **changed: Any) -> Any:
    """The history and the weights of a run that all processes take part in."""

    training, rows = settings(**changed), rows or loader("real" in model)
    wired, objective, penalty = made(model, adversarial, dropout, rows, training)
    history = train(wired, objective, rows, training, penalty=penalty)

    for record in history.records:
        del record["seconds"]

    return history.records, wired.state_dict()


def gradient(model: str, adversarial: float, dropout: float) -> dict[str, torch.Tensor]:
    """The gradient of the first step, without noise."""

    training, rows = settings(), loader("real" in model)

    with Still():
        step = Step(*made(model, adversarial, dropout, rows, training))
        processes = Processes(training)
        wrapped = processes.wrap(step)
        loss, _ = wrapped(processes.receive(next(rows.epoch(1))), torch.tensor(0.1))
        loss.backward()

    return {
        f"{model} {adversarial} {name}": weight.grad
        for name, weight in step.named_parameters()
        if weight.grad is not None
    }


def noise(training: Training) -> list[float]:
    """One number that each process draws in a step."""

    run = Run(Step(torch.nn.Linear(1, 1), ELBO()), loader(), training, None)
    run.seed(1, 2)

    return run.ranks.gathered(torch.rand(1)).tolist()


def early() -> tuple[str, list[int]]:
    """Why a run with held-out rows stops, and the number of its epochs in each process."""

    rows = loader()
    training = settings(epochs=40, learning_rate=0.3, patience=1)
    history = train(made("m2", 0.0, 0.0, rows, training)[0], ELBO(), rows, training, validation=loader())

    return history.stopped, Processes(training).ranks.gathered(torch.tensor([len(history.records)])).tolist()


def main(out: Path, dies: bool) -> None:
    # A state after every step, so that nothing is lost.
    checkpoint.SECONDS, checkpoint.SHARE = 0.0, 1e9

    rows = loader()
    object.__setattr__(rows, "dies", dies and not (out / "state").exists())
    _, weights = run("m2", 1.0, 0.3, rows, checkpoint=out / "state", resume=True)
    records, unkilled = run("m2", 1.0, 0.3)
    gradients = {name: part for each in RUNS for name, part in gradient(*each).items()}

    more = {"noise": noise(settings()), "early": early()}

    with Still():
        losses = {f"{model} {adversarial}": run(model, adversarial, drop)[0] for model, adversarial, drop in RUNS}

    facts = {"losses": losses, "taken": rows.taken, "records": records, **more}

    if launched().rank == 0:
        safetensors.torch.save_file(weights, out / "killed.safetensors")
        safetensors.torch.save_file(unkilled, out / "whole.safetensors")
        safetensors.torch.save_file(gradients, out / "gradients.safetensors")
        (out / "results.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), dies="die" in sys.argv)
