r"""The loss terms of a fit beside the bound: they make predictions at different points agree."""

from __future__ import annotations

__all__ = ["penalties_of"]

from collections.abc import Sequence
from typing import Any, cast

import torch

from semivae.data.batches.loader import Loader
from semivae.data.batches.steps import Steps
from semivae.data.kinds import handler
from semivae.estimators.build.neighbors import lent, reader
from semivae.estimators.plan.plan import Plan
from semivae.models import Model, StackedModel
from semivae.objectives import Augmentation, Consistency, Interpolation, Neighbors
from semivae.priors import LabelPrior
from semivae.schema import Schema


def penalties_of(
    plan: Plan, model: Model, schema: Schema, counts: Sequence[Any], rows: Steps, before: Sequence[Model]
) -> list[Any]:
    r"""Returns the terms of the loss about predictions; some are None, or have no weight.

    Arguments:
        plan: The plan of the fit.
        model: The model; its frozen parts are trained.
        schema: The variables.
        counts: Labels per class, if the target is a class; a list of these for several targets.
        rows: The rows to train on.
        before: The models trained in earlier stages.
    """

    # In a model of labels alone, the prediction is derived, not trained.
    if schema.y is None or model.labels_only:
        return []

    return [
        consistency(plan, model, schema, counts),
        Interpolation(plan.alpha * plan.interpolation, model.interpolates, movable_cells(model, schema)),
        Augmentation(plan.alpha, plan.augmentation) if plan.augmentation else None,
        neighbors(plan, schema, rows, before),
    ]


def consistency(plan: Plan, model: Model, schema: Schema, counts: Sequence[Any]) -> Consistency | None:
    """Returns the penalty that keeps predictions constant around each row."""

    movable = movable_cells(model, schema)

    if not plan.radius or not movable.any():
        return None

    each = counts if schema.target.parts else [counts]
    priors = [LabelPrior.of(classes, cast(Any, plan.label_prior)).logits for classes in each if classes]
    prior = torch.cat(priors) if priors else None

    return Consistency(plan.alpha * plan.adversarial, plan.radius, movable, prior)


def neighbors(plan: Plan, schema: Schema, rows: Steps, before: Sequence[Model]) -> Neighbors | None:
    """Returns the penalty that spreads labels along the graph of nearest rows, by the last learned features."""

    if not plan.neighbors or not isinstance(rows, Loader):
        return None

    positions, y, agreement = lent(rows, plan.neighbors, reader(schema, before))

    if not len(positions) or not agreement:
        return None

    return Neighbors(plan.alpha * agreement, cast(Any, rows.x), positions, y)


def movable_cells(model: Model, schema: Schema) -> torch.Tensor:
    """Returns 1 for cells of continuous values and 0 for others, with the shape of a row as the model reads it."""

    if isinstance(model, StackedModel) and model.reads == "features":
        return torch.ones(model.features.encoder.family.values)

    if schema.single:
        (row,) = schema.x
        shape = (row.shape[0] + len(row.batches),) if row.batches else row.shape

        return torch.full(shape, float(handler(row).continuous))

    return torch.tensor([float(handler(variable).continuous) for variable in schema.x])
