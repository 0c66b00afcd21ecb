r"""Plan values set by the model and its target: loss weights, and the sum over a missing class."""

from __future__ import annotations

__all__ = [
    "features_beta_for",
    "features_for",
    "interpolation_for",
    "marginalize_for",
    "reads_for",
    "weights_of",
]

import math
from inspect import signature
from typing import Any

from semivae.errors import SettingError
from semivae.estimators.plan.networks import features_of, width
from semivae.models import Model, Reads, StackedModel
from semivae.schema import Schema
from semivae.variables import Pixels

# A known value also shows the noise level; a larger weight than this overfits the noise.
ALPHA_OF_CLASSES, ALPHA_OF_VALUES = 20.0, 5.0

# The divergence weight of features with a fitted prior: a smaller weight lets them hold more. Of sparse rows, most of
# more is noise.
BETA_OF_FEATURES, BETA_OF_SPARSE = 0.05, 1.0

# The most classes that "auto" sums exactly: beyond, a step costs several times as much as with the likeliest only.
MOST_SUMMED = 50

# Wider rows than this are compared by features.
MOST_COMPARED = 256


def weights_of(objective: Any, kind: type[Model], schema: Schema, pixels: Pixels | None) -> dict[str, Any]:
    """Returns the weights of the terms of the bound, given the distribution of pixels; None for a table."""

    return {
        "alpha": alpha_for(objective.alpha, kind, schema, pixels),
        "beta": beta_for(objective.beta),
        "warmup": float(objective.warmup),
        "free_bits": float(objective.free_bits),
        "importance_samples": int(objective.importance_samples),
        "labeled_share": share_for(objective.labeled_share, kind),
        "perceptual": float(objective.perceptual),
    }


def alpha_for(choice: float | str, kind: type[Model], schema: Schema, pixels: Pixels | None) -> float:
    """Returns the weight of predicting known labels; unused without a target."""

    if schema.y is None:
        return 0.0

    if choice != "auto":
        return float(choice)

    numbers = all(target.target_form == "real" for target in schema.targets)

    return (ALPHA_OF_VALUES if numbers else ALPHA_OF_CLASSES) * bits_of(kind, schema, pixels)


def bits_of(kind: type[Model], schema: Schema, pixels: Pixels | None) -> float:
    r"""Returns how many times the bits of a pixel that is 0 or 1 a pixel has.

    A bound on the probability of 256 levels is about eight times as large as one of 0 and 1, and labels would weigh
    eight times less beside it. The last stage of a model with several reads no pixels.
    """

    levels = schema.x[0].levels

    return math.log2(levels) if pixels == "logistic" and levels and not issubclass(kind, StackedModel) else 1.0


def beta_for(choice: float | str) -> float:
    """Returns the weight of the divergence of the latent in the last stage."""

    return 1.0 if choice == "auto" else float(choice)


def share_for(choice: float | str, kind: type[Model]) -> float:
    """Returns the weight of the bound of labeled rows."""

    return kind.labeled_share if choice == "auto" else float(choice)


def features_for(kind: type[Model], schema: Schema, neighbors: int) -> int | None:
    r"""Returns the latent size of the VAE whose features define neighbors, if rows are too wide to compare.

    The wider rows are, the less their distances mean. In trials with handwritten digits labeled near the border of two
    classes, propagation by distances between rows put the border in a wrong gap; distances between features did not.
    A model that learns features first has them already.
    """

    alone = neighbors and not issubclass(kind, StackedModel)

    return features_of(schema) if alone and better_by_features(schema) else None


def reads_for(kind: type[Model], schema: Schema) -> Reads | None:
    """Returns the input of the predictor, for models that have the choice."""

    if "reads" not in signature(kind.build).parameters:
        return None

    return "features" if better_by_features(schema) else "rows"


def better_by_features(schema: Schema) -> bool:
    """Whether rows are told apart by features: wide ones, and strings.

    The numbers of a vector are the features of another model already.
    """

    return schema.container == "sequence" or (width(schema) > MOST_COMPARED and not schema.vector)


def features_beta_for(choice: float | str, kind: type[Model], schema: Schema, features: int | None) -> float | None:
    """Returns the weight of the divergence in the stages that learn features, if any."""

    auto = BETA_OF_SPARSE if schema.container == "sparse" else BETA_OF_FEATURES

    if not issubclass(kind, StackedModel):
        return auto if features else None

    return auto if choice == "auto" and kind.fits_prior else beta_for(choice)


def interpolation_for(choice: float | str, kind: type[Model], schema: Schema) -> float:
    r"""Returns the weight of the consistency between rows.

    Raises:
        SettingError: If the target is not a class.
    """

    weight = float(kind.interpolates) if choice == "auto" else float(choice)

    if weight and schema.target.target_form != "category":
        raise SettingError(
            f"interpolation={weight} with a target that is not a class",
            "classes are interpolated",
            "interpolation='auto'",
        )

    return weight


def marginalize_for(choice: str, schema: Schema) -> str:
    """Returns the way to sum over a missing class: "auto" is exact for few classes."""

    if choice != "auto":
        return choice

    return "topk" if len(schema.target.classes) > MOST_SUMMED else "exact"
