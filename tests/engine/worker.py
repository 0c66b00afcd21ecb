"""What each process of a run does, in a file of its own that torchrun can start.

Its arguments are a folder for the results, and "die" where one process is to be killed in the middle of the first run.
"""

import json
import os
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
from semivae.estimators import VAEClassifier
from semivae.estimators.build import neighbors as near
from semivae.estimators.build.recipe import penalty_of
from semivae.estimators.build.wiring import wire
from semivae.estimators.options.grouped import grouped
from semivae.estimators.options.grouped import settings as flat
from semivae.objectives import ELBO
from semivae.ranks import ALONE, launched
from semivae.variables import Schema, Variable

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

# What else some of them are run with: a mean over all rows inside a maximum, several draws of a row, and a prior
# whose divergence is taken at them.
FREE_BITS = {"vae": 0.2}
OPTIONS = {"predictor": {"importance_samples": 3}, "vae": {"prior": "mixture", "components": 4}}

DEATH = (2, 3)


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


def run(model: str, adversarial: float, dropout: float, rows: Any = None, state: Path | None = None) -> Any:
    """Returns the history and the weights of a run, all of whose processes see to it."""

    name, *kind = model.split()
    target = None if name == "vae" else VALUE if kind else TARGET
    schema, counts = Schema(COLUMNS, target), [10, 10, 10] if target is TARGET else []
    rows = rows or loader(bool(kind))
    options = {"hidden": (8,), "latents": 2, "dropout": dropout, "adversarial": adversarial, **OPTIONS.get(model, {})}
    settings = flat(VAEClassifier(**grouped(VAEClassifier, options)))
    training = Training(
        epochs=3,
        learning_rate=0.01,
        device="cpu",
        precision="float32",
        devices=launched().count,
        checkpoint=state,
        resume=True,
    )

    torch.manual_seed(1)
    wired = wire(settings, name, schema, counts)

    *before, _ = wired.stages()

    for stage in before:
        train(stage, ELBO(), rows, training)
        stage.requires_grad_(False)

    # Rows are few here, and yet labels are to be lent.
    with patch.object(near, "ROWS_A_LABEL", 1):
        penalty = penalty_of(settings, wired, schema, counts, rows, before)

    history = train(wired, ELBO(free_bits=FREE_BITS.get(model, 0.0)), rows, training, penalty=penalty)

    for record in history.records:
        del record["seconds"]

    return history.records, wired.state_dict()


def main(out: Path, dies: bool) -> None:
    # A state after every step, so that nothing is lost.
    checkpoint.SECONDS, checkpoint.SHARE = 0.0, 1e9

    rows = loader()
    object.__setattr__(rows, "dies", dies and not (out / "state").exists())
    _, weights = run("m2", 1.0, 0.3, rows, out / "state")
    _, unkilled = run("m2", 1.0, 0.3)

    if launched().rank == 0:
        safetensors.torch.save_file(weights, out / "killed.safetensors")
        safetensors.torch.save_file(unkilled, out / "whole.safetensors")

    losses = {f"{model} {adversarial}": run(model, adversarial, drop)[0] for model, adversarial, drop in RUNS}

    if launched().rank == 0:
        (out / "results.json").write_text(json.dumps({"losses": losses, "taken": rows.taken}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), dies="die" in sys.argv)
