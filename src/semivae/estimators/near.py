r"""In what the neighbors of labeled rows are looked for, to which labels are lent."""

from __future__ import annotations

__all__ = ["features_for", "neighbors_of", "reader"]

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from semivae.conditional import Net
from semivae.data.loader import Loader
from semivae.data.steps import Steps
from semivae.estimators.auto import features_of, width
from semivae.estimators.wiring import wire
from semivae.models import Model
from semivae.variables import Schema

# For each neighbor that gets the label of a row, the data holds at least as many rows a label.
ROWS_A_NEIGHBOR = 8

# Rows of more numbers than this are compared by features.
MOST_COMPARED = 256


def neighbors_of(settings: dict[str, Any], schema: Schema, rows: Steps) -> int:
    """Returns to how many neighbors a label is lent: of rows in memory and a class, else to none."""

    if schema.target.kind != "category" or not isinstance(rows, Loader) or not len(rows.labeled):
        return 0

    # Where a label stands for few rows, its neighbors are far, and many of them of another class.
    return min(settings["neighbors"], len(rows.unlabeled) // (ROWS_A_NEIGHBOR * len(rows.labeled)))


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
