r"""Who the neighbors are along which labels spread, and in what they are looked for."""

from __future__ import annotations

__all__ = ["features_for", "lent", "neighbors_of", "reader"]

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from semivae.conditional import Net
from semivae.data.batches.loader import Loader
from semivae.data.batches.spread import spread
from semivae.data.batches.steps import Steps
from semivae.estimators.build.auto import features_of, width
from semivae.estimators.build.wiring import wire
from semivae.models import Model
from semivae.variables import Schema

# Labels are lent where each stands for at least as many unlabeled rows: among fewer, neighbors are far.
ROWS_A_LABEL = 8

# Rows of more numbers than this are compared by features.
MOST_COMPARED = 256

# The most rows that are compared, each with each other, and the most numbers that say of what class they are: either
# takes a core half a minute.
MOST_ROWS, MOST_CELLS = 2**16, 2**22

# Rows that are read at once.
BLOCK = 8192


def neighbors_of(settings: dict[str, Any], schema: Schema, rows: Steps) -> int:
    """Returns to how many neighbors a row is joined: of rows in memory and a class, else to none."""

    if not schema.target.classes or not isinstance(rows, Loader) or not len(rows.labeled):
        return 0

    return settings["neighbors"] if compared(rows) >= ROWS_A_LABEL * len(rows.labeled) else 0


def compared(rows: Loader) -> int:
    """Returns how many unlabeled rows are compared; negative where there is no room for any."""

    return min(len(rows.unlabeled), min(MOST_ROWS, MOST_CELLS // rows.y.shape[1]) - len(rows.labeled))


def lent(rows: Loader, count: int, features: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor, float]:
    r"""Returns which rows get labels, with shape (M,), their label points, (M, C), and how far these are believed.

    Arguments:
        rows: The rows; of more than can be compared, the unlabeled ones are drawn.
        count: To how many nearest rows each is joined.
        features: Maps rows of shape (B, *) to vectors of shape (B, width), between which distances are taken.
    """

    order = torch.randperm(len(rows.unlabeled), generator=torch.Generator().manual_seed(rows.seed))
    places = torch.cat([rows.labeled, rows.unlabeled[order[: compared(rows)].to(rows.unlabeled.device)]])

    read = torch.cat([features(rows.x[block]).detach() for block in places.split(BLOCK)]).cpu().numpy()
    codes = np.full(len(read), -1)
    codes[: len(rows.labeled)] = rows.y.argmax(dim=1).cpu()
    found = spread(read, codes, min(count, len(read) - 1))
    points = torch.eye(rows.y.shape[1], dtype=rows.y.dtype, device=rows.y.device)

    return places[found.positions], points[found.codes], found.agreement


def features_for(settings: dict[str, Any], model: Model, schema: Schema, rows: Steps) -> list[Model]:
    r"""Returns the VAE, not yet trained, in whose latent neighbors are looked for, or nothing where rows will do.

    The wider rows are, the less their distances say. In trials with handwritten digits whose labels lie at the border
    of two classes, labels lent by distances between rows left that border in a wrong gap, those lent by distances
    between features did not.
    """

    if schema.y is None or model.labels_only or width(schema) <= MOST_COMPARED:
        return []

    if not neighbors_of(settings, schema, rows):
        return []

    plain = {"latents": features_of(schema), "marginalize": "auto", "prior": "normal", "importance_samples": 1}

    return [wire(settings | plain, "vae", replace(schema, y=None), ())]


def reader(schema: Schema, before: Sequence[Model]) -> Callable[[Tensor], Tensor]:
    r"""Returns what maps rows of shape (B, *) to what is compared: the last features learned before, or plain numbers.

    Arguments:
        schema: What each variable is.
        before: What was trained in the stages before the one that predicts.
    """

    if not before:
        return Net().trunk(schema.x)

    features = before[-1]
    there = next(features.parameters()).device

    return lambda x: features.posterior(x.to(there))[0].to(x.device)
