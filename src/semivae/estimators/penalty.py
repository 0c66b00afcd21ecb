r"""What joins the loss of a fit beside the bound: consistency of the prediction, around the rows and between them."""

from __future__ import annotations

__all__ = ["penalty_of"]

from collections.abc import Sequence
from typing import Any

import torch

from semivae.models import models
from semivae.objectives import Consistency, Interpolation, Penalties
from semivae.priors import LabelPrior
from semivae.variables import Schema


def penalty_of(
    settings: dict[str, Any], name: str, schema: Schema, counts: Sequence[Any]
) -> Consistency | Interpolation | Penalties | None:
    r"""Returns what joins the loss beside the bound, if anything does.

    Arguments:
        settings: The parameters of the estimator.
        name: The name of the model.
        schema: What each variable is.
        counts: How many labels each class has, if the target is a class; in a list for each of several.
    """

    # What such a model predicts follows from what it learns, and is no part of it.
    if models[name].labels_only:
        return None

    around = consistency(settings, schema, counts)

    if not models[name].interpolates:
        return around

    between = Interpolation(settings["alpha"], movable_cells(schema))

    return between if around is None else Penalties([around, between])


def consistency(settings: dict[str, Any], schema: Schema, counts: Sequence[Any]) -> Consistency | None:
    r"""Returns the penalty that keeps a prediction consistent around the rows, if there is one.

    Arguments:
        settings: The parameters of the estimator.
        schema: What each variable is.
        counts: How many labels each class has, if the target is a class; in a list for each of several.
    """

    movable = movable_cells(schema)
    weight = settings["alpha"] * settings["adversarial"]

    if schema.y is None or not weight or not settings["radius"] or not movable.any():
        return None

    each = counts if schema.y.parts else [counts]
    priors = [LabelPrior.of(classes, settings["label_prior"]).logits for classes in each if classes]

    return Consistency(weight, settings["radius"], movable, torch.cat(priors) if priors else None)


def movable_cells(schema: Schema) -> torch.Tensor:
    """Returns 1 for cells between whose values there are others, 0 for categories, with the shape of a row."""

    if schema.image:
        return torch.ones(schema.x[0].shape)

    return torch.tensor([float(variable.kind == "real") for variable in schema.x])
