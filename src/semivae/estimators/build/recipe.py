r"""What joins the loss of a fit beside the bound: how the prediction at one place has to agree with others."""

from __future__ import annotations

__all__ = ["alpha_for", "penalty_of"]

from collections.abc import Sequence
from typing import Any

import torch

from semivae.data.batches.loader import Loader
from semivae.data.batches.steps import Steps
from semivae.data.kinds import handler
from semivae.errors import SettingError
from semivae.estimators.build.neighbors import lent, neighbors_of, reader
from semivae.models import Model, StackedModel
from semivae.objectives import Augmentation, Consistency, Interpolation, Neighbors, Penalties
from semivae.priors import LabelPrior
from semivae.variables import Schema

# A known value says how large the noise is, too, and with more weight than this the noise is learned by heart.
ALPHA_OF_CLASSES, ALPHA_OF_VALUES = 20.0, 5.0


def penalty_of(
    settings: dict[str, Any],
    model: Model,
    schema: Schema,
    counts: Sequence[Any],
    rows: Steps,
    before: Sequence[Model],
) -> Penalties | None:
    r"""Returns what joins the loss beside the bound, if anything does.

    Arguments:
        settings: The parameters of the estimator.
        model: The model; what is fixed of it has been learned.
        schema: What each variable is.
        counts: How many labels each class has, if the target is a class; in a list for each of several.
        rows: The rows to train on.
        before: What was trained in the stages before this one.

    Raises:
        SettingError: If something is asked for that these rows or this target cannot have.
    """

    # What a model of labels alone predicts follows from what it learns, and is no part of it.
    if schema.y is None or model.labels_only:
        return None

    parts = [
        consistency(settings, model, schema, counts),
        interpolation(settings, model, schema),
        augmentation(settings, schema),
        neighbors(settings, schema, rows, before),
    ]
    parts = [part for part in parts if part is not None and part.weight]

    return Penalties(parts, settings["teacher"]) if parts else None


def alpha_for(settings: dict[str, Any], schema: Schema) -> float:
    r"""Returns the weight of the prediction of the known labels; without a target there is nothing to weigh.

    Arguments:
        settings: The parameters of the estimator.
        schema: What each variable is.
    """

    if settings["alpha"] != "auto":
        return settings["alpha"]

    if schema.y is None:
        return 0.0

    return ALPHA_OF_VALUES if not any(target.classes for target in schema.targets) else ALPHA_OF_CLASSES


def consistency(settings: dict[str, Any], model: Model, schema: Schema, counts: Sequence[Any]) -> Consistency | None:
    """Returns the penalty that keeps a prediction the same around each row."""

    movable = movable_cells(model, schema)

    if not settings["radius"] or not movable.any():
        return None

    each = counts if schema.target.parts else [counts]
    priors = [LabelPrior.of(classes, settings["label_prior"]).logits for classes in each if classes]
    prior = torch.cat(priors) if priors else None

    return Consistency(alpha_for(settings, schema) * settings["adversarial"], settings["radius"], movable, prior)


def interpolation(settings: dict[str, Any], model: Model, schema: Schema) -> Interpolation | None:
    """Returns the penalty that keeps a prediction between two rows between those at them."""

    own = model.interpolates
    weight = float(own) if settings["interpolation"] == "auto" else settings["interpolation"]

    if weight and not schema.target.classes:
        raise SettingError(
            f"interpolation={weight} with a continuous target", "classes are interpolated", "interpolation='auto'"
        )

    return Interpolation(alpha_for(settings, schema) * weight, own, movable_cells(model, schema))


def augmentation(settings: dict[str, Any], schema: Schema) -> Augmentation | None:
    """Returns the penalty that keeps a prediction the same when an image is moved a little."""

    if not settings["augmentation"]:
        return None

    if not schema.image:
        raise SettingError(
            f"augmentation={settings['augmentation']} with a table", "images are turned and moved", "augmentation=0"
        )

    return Augmentation(alpha_for(settings, schema), settings["augmentation"])


def neighbors(settings: dict[str, Any], schema: Schema, rows: Steps, before: Sequence[Model]) -> Neighbors | None:
    """Returns the penalty that lends labels along the graph of nearest rows, in the last features learned before."""

    count = neighbors_of(settings, schema, rows)

    if not count or not isinstance(rows, Loader):
        return None

    positions, y, agreement = lent(rows, count, reader(schema, before))

    if not len(positions) or not agreement:
        return None

    return Neighbors(alpha_for(settings, schema) * agreement, rows.x, positions, y)


def movable_cells(model: Model, schema: Schema) -> torch.Tensor:
    """Returns 1 for cells of continuous values and 0 for others, with the shape of a row as the model reads it."""

    if isinstance(model, StackedModel):
        return torch.ones(model.features.encoder.family.values)

    if schema.image:
        return torch.ones(schema.x[0].shape)

    return torch.tensor([float(handler(variable).continuous) for variable in schema.x])
