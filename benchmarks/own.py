r"""The arms of `speed.py` that are ours."""

from __future__ import annotations

__all__ = ["bare_loop", "m2", "ours", "vae"]

import itertools
from collections.abc import Iterator

import torch
from others import ALPHA, CLASSES, HIDDEN, KNOWN, LABELED, LABELS, LATENTS, PIXELS, RATE, UNLABELED, WHERE, Arm, X
from torch import nn
from torch.nn import functional as F

from semivae.batch import Batch, Labeled
from semivae.conditional import Conditional
from semivae.data.batches.loader import Loader
from semivae.engine import Training
from semivae.engine.compile import Compiled
from semivae.engine.loop import Run
from semivae.engine.memory import keep_memory
from semivae.engine.step import Step
from semivae.families import Bernoulli, Categorical, Gaussian
from semivae.models.m2 import M2
from semivae.models.vae import VAE
from semivae.networks import MLP
from semivae.objectives import ELBO
from semivae.priors import LabelPrior, StandardNormal


def network(inputs: list[int], outputs: int) -> MLP:
    """Returns a network of ours with the layers of every arm."""

    return MLP(inputs, outputs, (HIDDEN, HIDDEN), activation=nn.Softplus)


def m2() -> tuple[nn.Module, Batch]:
    """Returns our M2 and its batch."""

    model = M2(
        encoder=Conditional([nn.Identity()] * 2, network([PIXELS, CLASSES], 2 * LATENTS), Gaussian(LATENTS)),
        decoder=Conditional([nn.Identity()] * 2, network([LATENTS, CLASSES], PIXELS), Bernoulli(PIXELS)),
        classifier=Conditional([nn.Identity()], network([PIXELS], CLASSES), Categorical(CLASSES)),
        prior=StandardNormal(LATENTS),
        label_prior=LabelPrior.of([1] * CLASSES, "uniform"),
    )

    return model, Batch(Labeled(KNOWN, F.one_hot(LABELS, CLASSES).float()), X)


def vae() -> tuple[nn.Module, Batch]:
    """Returns our VAE and its batch."""

    model = VAE(
        encoder=Conditional([nn.Identity()], network([PIXELS], 2 * LATENTS), Gaussian(LATENTS)),
        decoder=Conditional([nn.Identity()], network([LATENTS], PIXELS), Bernoulli(PIXELS)),
        prior=StandardNormal(LATENTS),
    )

    return model, Batch(None, X)


def ours(wired: tuple[nn.Module, Batch], precision: str, compiled: bool = False) -> Arm:
    """Returns a step of the engine, with everything that it does in a step and its share of an epoch's."""

    keep_memory()
    model, batch = wired
    training = Training(10, learning_rate=RATE, averaging=0.0, precision=precision, compiled=compiled)
    run = Run(Step(model, ELBO(alpha=ALPHA)), rows(batch), training, None)
    run.step.train()
    steps = through(run)

    return lambda: next(steps)


def through(run: Run) -> Iterator[None]:
    """Yields after each step of a run."""

    for number in itertools.count(1):
        for i, batch in enumerate(run.rows.epoch(number)):
            yield run.advance(number, i, batch)


def rows(batch: Batch) -> Loader:
    """Returns rows of which a step takes as many as a batch has, 100 steps an epoch."""

    labeled = torch.zeros(0, PIXELS, device=WHERE) if batch.labeled is None else batch.labeled.x
    points = torch.zeros(0, CLASSES, device=WHERE) if batch.labeled is None else batch.labeled.y
    known, unknown = torch.arange(100 * UNLABELED + len(labeled), device=WHERE).tensor_split([len(labeled)])

    return Loader(torch.cat([labeled, X.repeat(100, 1)]), points, known, unknown, UNLABELED, LABELED, 0)


def bare_loop(wired: tuple[nn.Module, Batch], compiled: bool = False, clip: float | None = None) -> Arm:
    """Returns a step without the engine: the loss in bfloat16, its gradient, clipped where asked, and the optimizer."""

    model, batch = wired
    step = Step(model.to(WHERE), ELBO(alpha=ALPHA))
    optimizer = torch.optim.AdamW(model.parameters(), RATE, fused=True)
    progress = torch.tensor(0.5, device=WHERE)
    compute = Compiled(step.terms, WHERE) if compiled else step.terms

    def take() -> None:
        optimizer.zero_grad()

        with torch.autocast(WHERE, torch.bfloat16):
            loss, _ = compute(batch, progress)

        loss.backward()

        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), clip)

        optimizer.step()

    return take
