r"""The graph of nearest rows for label propagation, and the features that define distances."""

from __future__ import annotations

__all__ = ["features_of", "lent", "reader"]

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from semivae.conditional import Net
from semivae.data.batches.loader import Loader
from semivae.data.batches.spread import spread
from semivae.estimators.build.wiring import wire
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.rows import compared
from semivae.models import Model
from semivae.schema import Schema

# Rows read at once.
BLOCK = 8192


def lent(rows: Loader, count: int, features: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor, float]:
    r"""Returns the rows that get labels, shape (M,), their label points, (M, C), and the weights of these.

    Arguments:
        rows: The rows; if too many to compare, unlabeled ones are sampled.
        count: Neighbors per row.
        features: Maps rows of shape (B, *) to vectors of shape (B, width) for distances.
    """

    order = torch.randperm(len(rows.unlabeled), generator=torch.Generator().manual_seed(rows.seed))
    order = order[: compared(len(rows.labeled), len(rows.unlabeled), rows.y.shape[1])]
    places = torch.cat([rows.labeled, rows.unlabeled[order.to(rows.unlabeled.device)]])

    read = torch.cat([features(rows.x[block]).detach() for block in places.split(BLOCK)]).cpu().numpy()
    codes = np.full(len(read), -1)
    codes[: len(rows.labeled)] = rows.y.argmax(dim=1).cpu()
    found = spread(read, codes, min(count, len(read) - 1))
    points = torch.eye(rows.y.shape[1], dtype=rows.y.dtype, device=rows.y.device)

    return places[found.positions], points[found.codes], found.agreement


def features_of(plan: Plan, schema: Schema) -> list[Model]:
    """Returns the untrained VAE whose latent defines distances; empty if rows are compared directly."""

    if plan.features is None:
        return []

    alone = replace(plan, model="vae", latents=plan.features, prior="normal", components=None, importance_samples=1)

    return [wire(alone, replace(schema, y=None), ())]


def reader(schema: Schema, before: Sequence[Model]) -> Callable[[Tensor], Tensor]:
    r"""Returns the map from rows of shape (B, *) to compared vectors: the last learned features, or plain numbers.

    Rows that are vectors are compared as they are: they are the features of another model.

    Arguments:
        schema: The variables.
        before: The models trained in the stages before the predictor.
    """

    # Vectors of one length are as near as their angle is small.
    if not before or schema.vector:
        return Net().trunk(schema.x)

    features = before[-1]
    there = next(features.parameters()).device

    return lambda x: features.posterior(x.to(there))[0].to(x.device)
