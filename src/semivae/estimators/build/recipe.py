r"""What joins the loss of a fit beside the bound: how the prediction at one place has to agree with others."""

from __future__ import annotations

__all__ = ["penalty_of"]

from collections.abc import Sequence
from typing import Any, cast

import torch

from semivae.data.batches.loader import Loader
from semivae.data.batches.steps import Steps
from semivae.data.kinds import handler
from semivae.estimators.build.neighbors import lent, reader
from semivae.estimators.plan.plan import Plan
from semivae.models import Model, StackedModel
from semivae.objectives import Augmentation, Consistency, Interpolation, Neighbors, Penalties
from semivae.priors import LabelPrior
from semivae.variables import Schema


def penalty_of(
    plan: Plan, model: Model, schema: Schema, counts: Sequence[Any], rows: Steps, before: Sequence[Model]
) -> Penalties | None:
    r"""Returns the terms that join the loss beside the bound, if there are any.

    Arguments:
        plan: The plan of the fit.
        model: The model; its fixed parts have been learned.
        schema: What each variable is.
        counts: How many labels each class has, if the target is a class; in a list for each of several.
        rows: The rows to train on.
        before: The models that were trained in the stages before this one.
    """

    # What a model of labels alone predicts follows from what it learns, and is no part of it.
    if schema.y is None or model.labels_only:
        return None

    parts = [
        consistency(plan, model, schema, counts),
        Interpolation(plan.alpha * plan.interpolation, model.interpolates, movable_cells(model, schema)),
        Augmentation(plan.alpha, plan.augmentation) if plan.augmentation else None,
        neighbors(plan, schema, rows, before),
    ]
    parts = [part for part in parts if part is not None and part.weight]

    return Penalties(parts, plan.teacher) if parts else None


def consistency(plan: Plan, model: Model, schema: Schema, counts: Sequence[Any]) -> Consistency | None:
    """Returns the penalty that keeps a prediction the same around each row."""

    movable = movable_cells(model, schema)

    if not plan.radius or not movable.any():
        return None

    each = counts if schema.target.parts else [counts]
    priors = [LabelPrior.of(classes, cast(Any, plan.label_prior)).logits for classes in each if classes]
    prior = torch.cat(priors) if priors else None

    return Consistency(plan.alpha * plan.adversarial, plan.radius, movable, prior)


def neighbors(plan: Plan, schema: Schema, rows: Steps, before: Sequence[Model]) -> Neighbors | None:
    """Returns the penalty that lends labels along the graph of nearest rows, in the last features learned before."""

    if not plan.neighbors or not isinstance(rows, Loader):
        return None

    positions, y, agreement = lent(rows, plan.neighbors, reader(schema, before))

    if not len(positions) or not agreement:
        return None

    return Neighbors(plan.alpha * agreement, rows.x, positions, y)


def movable_cells(model: Model, schema: Schema) -> torch.Tensor:
    """Returns 1 for cells of continuous values and 0 for others, with the shape of a row as the model reads it."""

    if isinstance(model, StackedModel):
        return torch.ones(model.features.encoder.family.values)

    if schema.image:
        return torch.ones(schema.x[0].shape)

    return torch.tensor([float(handler(variable).continuous) for variable in schema.x])
