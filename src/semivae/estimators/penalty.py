r"""What joins the loss of a fit beside the bound: the known labels, and consistency around and between rows."""

from __future__ import annotations

__all__ = ["alpha_for", "penalty_of"]

from collections.abc import Sequence
from typing import Any

import torch

from semivae.models import models
from semivae.objectives import Consistency, Interpolation, Penalties
from semivae.priors import LabelPrior
from semivae.variables import Schema

# A known value says how large the noise is, too, and with more weight than this the noise is learned by heart.
ALPHA = {"category": 20.0, "real": 5.0}


def penalty_of(
    settings: dict[str, Any], name: str, schema: Schema, counts: Sequence[int]
) -> Consistency | Interpolation | Penalties | None:
    r"""Returns what joins the loss beside the bound, if anything does.

    Arguments:
        settings: The parameters of the estimator.
        name: The name of the model.
        schema: What each variable is.
        counts: How many labels each class has, if the target is a class.
    """

    # What such a model predicts follows from what it learns, and is no part of it.
    if models[name].labels_only:
        return None

    around = consistency(settings, schema, counts)

    if not models[name].interpolates:
        return around

    between = Interpolation(alpha_for(settings, schema), movable_cells(schema))

    return between if around is None else Penalties([around, between])


def alpha_for(settings: dict[str, Any], schema: Schema) -> float:
    """Returns the weight of the prediction of the known labels; without a target there is nothing to weigh."""

    if settings["alpha"] != "auto":
        return settings["alpha"]

    return ALPHA[schema.y.kind] if schema.y is not None else 0.0


def consistency(settings: dict[str, Any], schema: Schema, counts: Sequence[int]) -> Consistency | None:
    r"""Returns the penalty that keeps a prediction consistent around the rows, if there is one.

    Arguments:
        settings: The parameters of the estimator.
        schema: What each variable is.
        counts: How many labels each class has, if the target is a class.
    """

    movable = movable_cells(schema)
    weight = alpha_for(settings, schema) * settings["adversarial"]

    if schema.y is None or not weight or not settings["radius"] or not movable.any():
        return None

    prior = LabelPrior.of(counts, settings["label_prior"]).logits if counts else None

    return Consistency(weight, settings["radius"], movable, prior)


def movable_cells(schema: Schema) -> torch.Tensor:
    """Returns 1 for cells between whose values there are others, 0 for categories, with the shape of a row."""

    if schema.image:
        return torch.ones(schema.x[0].shape)

    return torch.tensor([float(variable.kind == "real") for variable in schema.x])
