r"""What "auto" stands for in the settings of a model's networks and latent."""

from __future__ import annotations

__all__ = [
    "BETA_OF_FEATURES",
    "beta_for",
    "convolves",
    "dropout_for",
    "features_of",
    "hidden_for",
    "latents_for",
    "width",
]

import math
from typing import Any

from semivae.errors import SettingError
from semivae.models import Model
from semivae.variables import Schema

# The side of the largest grey image that "auto" reads without convolutions.
LARGEST_FLAT = 32

# How many labels the dropout of a continuous target is worth, and its largest share: of few units, few must be left.
PRIOR_LABELS = 200
MOST_DROPOUT = 0.7

# The size of a latent that keeps to a standard normal prior, and the largest of one whose prior is fitted to it.
LATENTS, MOST_LATENTS = 10, 50

# The weight of the divergence of features whose prior is fitted to them: with less of it they hold more.
BETA_OF_FEATURES = 0.05


def convolves(choice: str, schema: Schema) -> bool:
    r"""Returns whether images are read and drawn by convolutions.

    "auto" leaves small grey images to plain layers, whose step takes a processor a fraction of the time;
    convolutions take colors and what is wider than 32 pixels.

    Raises:
        SettingError: If convolutions are asked for a table.
    """

    if choice == "conv" and not schema.image:
        raise SettingError("network='conv'", "convolutions read images, and these rows are a table", "network='auto'")

    if choice != "auto":
        return choice == "conv"

    return schema.image and (schema.x[0].shape[0] > 1 or max(schema.x[0].shape[1:]) > LARGEST_FLAT)


def latents_for(settings: dict[str, Any], kind: type[Model], schema: Schema) -> int:
    r"""Returns the size of the latent.

    "auto" is small, unless the prior is fitted to the latent: then it may hold all that a row shows.

    Arguments:
        settings: The parameters of the estimator.
        kind: The model.
        schema: What each variable is.
    """

    if settings["latents"] != "auto":
        return int(settings["latents"])

    return features_of(schema) if kind.fits_prior else LATENTS


def features_of(schema: Schema) -> int:
    """Returns the size of a latent that may hold all that a row shows."""

    return max(LATENTS, min(MOST_LATENTS, width(schema)))


def beta_for(settings: dict[str, Any], model: Model, before: bool = False) -> float:
    r"""Returns the weight of the divergence of the latent.

    Arguments:
        settings: The parameters of the estimator.
        model: The model.
        before: Whether it is that of a stage before the last.
    """

    if settings["beta"] != "auto":
        return float(settings["beta"])

    return BETA_OF_FEATURES if before and model.fits_prior else 1.0


def width(schema: Schema) -> int:
    """Returns how many numbers a row has."""

    return sum(math.prod(variable.shape) for variable in schema.x)


def hidden_for(settings: dict[str, Any], schema: Schema) -> tuple[int, ...]:
    r"""Returns the sizes of the hidden layers.

    "auto" gives rows of up to 256 numbers two layers of 128, wider rows two of 500.
    """

    if settings["hidden"] != "auto":
        return tuple(map(int, settings["hidden"]))

    return (128, 128) if width(schema) <= 256 else (500, 500)


def dropout_for(settings: dict[str, Any], schema: Schema, labeled: int) -> float:
    r"""Returns the share of hidden units left out.

    "auto" is none for a class. For a continuous target it is :math:`c / (c + n)` with n labels, at most 0.7: units
    left out are to the sum over the labels what a prior is, one worth c labels, which counts less the more there are.
    With few labels the mean would otherwise know them by heart, and the deviation that is learned beside a mean that
    is never off would be nothing; with many the noise would be taken for that of the target.

    References:
        | Dropout Training as Adaptive Regularization (Wager et al., 2013)
        | https://arxiv.org/abs/1307.1493

    Arguments:
        settings: The parameters of the estimator.
        schema: What each variable is.
        labeled: How many labels there are.
    """

    if settings["dropout"] != "auto":
        return settings["dropout"]

    real = not all(target.classes for target in schema.targets)

    return min(MOST_DROPOUT, PRIOR_LABELS / (PRIOR_LABELS + labeled)) if real else 0.0
