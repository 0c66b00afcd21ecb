r"""Plan values set by the variables: the kind and sizes of the networks, the latent, and the dropout."""

from __future__ import annotations

__all__ = ["dropout_for", "features_of", "hidden_for", "latents_for", "network_for", "width"]

import math
from collections.abc import Sequence
from typing import Literal

from semivae.errors import SettingError
from semivae.models import Model
from semivae.schema import Schema

# The side of the largest gray image that "auto" reads without convolutions.
LARGEST_FLAT = 32

# Wider rows than this get wide layers; strings are short for all that is in them. Sparse rows have thousands of noisy
# numbers, which larger networks learn by heart: in trials with 700 cells, five labels a type told 64 % of the types by
# the latent of two layers of 500, and 76 % by that of one of 128, with a third of the passes.
WIDE_ROWS = 256
NARROW, WIDE = (128, 128), (500, 500)
HIDDEN = {"sequence": (256, 256), "sparse": (128,)}

# The labels that the dropout of a continuous target is worth, and its largest share: some units must stay.
PRIOR_LABELS = 200
MOST_DROPOUT = 0.7

# The size of a latent with a standard normal prior; with a fitted prior, its share of the numbers of a row and its
# largest size. Features then explain more than as many principal components, of rows that they do not copy.
LATENTS, LATENT_SHARE, MOST_LATENTS = 10, 0.6, 50


def network_for(choice: str, schema: Schema) -> Literal["mlp", "conv"]:
    r"""Returns the kind of network that reads and draws rows.

    "auto" reads small gray images with plain layers, which are much faster on a processor; convolutions read color
    images, images wider than 32 pixels, and strings.

    Raises:
        SettingError: If convolutions are set for rows without neighbors.
    """

    strings = schema.container == "sequence"

    if choice == "conv" and not (schema.image or strings):
        raise SettingError(
            "network='conv'",
            f"convolutions read images and strings, and these rows are {schema.words}",
            "network='auto'",
        )

    if choice != "auto":
        return "conv" if choice == "conv" else "mlp"

    if not schema.image:
        return "conv" if strings else "mlp"

    large = schema.x[0].shape[0] > 1 or max(schema.x[0].shape[1:]) > LARGEST_FLAT

    return "conv" if large else "mlp"


def latents_for(choice: int | str, kind: type[Model], schema: Schema) -> int:
    """Returns the size of the latent: "auto" is small, unless the prior is fitted to the latent."""

    if choice != "auto":
        return int(choice)

    return features_of(schema) if kind.fits_prior else LATENTS


def features_of(schema: Schema) -> int:
    """Returns the size of a latent that can describe a whole row."""

    return max(1, min(MOST_LATENTS, math.ceil(LATENT_SHARE * width(schema))))


def width(schema: Schema) -> int:
    """Returns the number of values of a row."""

    return sum(math.prod(variable.shape) for variable in schema.x)


def hidden_for(choice: Sequence[int] | str, schema: Schema) -> tuple[int, ...]:
    """Returns the sizes of the hidden layers: "auto" gives wider rows wider ones."""

    if choice != "auto":
        return tuple(map(int, choice))

    return HIDDEN.get(schema.container, NARROW if width(schema) <= WIDE_ROWS else WIDE)


def dropout_for(choice: float | str, schema: Schema, labeled: int) -> float:
    r"""Returns the share of hidden units left out.

    "auto" is none for a class. For a continuous target it is :math:`c / (c + n)` with n labels, at most 0.7: dropout
    acts like a prior worth c labels, so its influence shrinks with n. Without it, few labels are overfitted: the mean
    is exact on them, and the learned deviation goes to 0. Too much of it with many labels passes for noise of the
    target.

    References:
        | Dropout Training as Adaptive Regularization (Wager et al., 2013)
        | https://arxiv.org/abs/1307.1493

    Arguments:
        choice: The parameter.
        schema: The variables.
        labeled: The number of labels.
    """

    if choice != "auto":
        return float(choice)

    real = any(target.target_form == "real" for target in schema.targets)

    return min(MOST_DROPOUT, PRIOR_LABELS / (PRIOR_LABELS + labeled)) if real else 0.0
