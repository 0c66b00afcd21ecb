r"""The parameters that all estimators share: few and plain; the others are in groups of options."""

from __future__ import annotations

__all__ = ["Parameters"]

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from semivae.estimators.options.data import DataOptions
from semivae.estimators.options.declared import declare
from semivae.estimators.options.grouped import Group, Grouped
from semivae.estimators.options.groups import (
    AUTO,
    ModelOptions,
    ObjectiveOptions,
    TrainingOptions,
)
from semivae.estimators.options.recipe import RecipeOptions
from semivae.estimators.options.values import Anything, Callbacks, Choice, Number, Place, Sizes, Switch, Whole


@declare
class Parameters(Grouped):
    """The parameters of an estimator."""

    model: Annotated[
        str | ModelOptions,
        Group(ModelOptions, "name"),
        f"Name of the model, or `ModelOptions` with name and options. {AUTO}",
    ] = "auto"
    latents: Annotated[
        int | Literal["auto"],
        Whole(1),
        'Size of the latent. "auto" is 10; in "m1m2", whose features must describe the whole row, it is the width '
        "of a row, at most 50.",
    ] = "auto"
    hidden: Annotated[
        Sequence[int] | Literal["auto"],
        Sizes(),
        'Sizes of the hidden layers of every network. "auto" is (128, 128) for rows of up to 256 numbers, '
        "(500, 500) for wider rows and (256, 256) for strings.",
    ] = "auto"
    network: Annotated[
        str,
        Choice("mlp", "conv"),
        'Kind of network: "mlp", or "conv" for images and strings. "auto" is "conv" for strings, color images and '
        "images wider than 32 pixels.",
    ] = "auto"
    likelihood: Annotated[
        str,
        Choice("bernoulli", "logistic", "gaussian", "negative_binomial", "zero_inflated", "multinomial"),
        'Distribution of the pixels of images, or of the rows of a sparse matrix. For pixels, "auto" is "bernoulli" '
        'where all are 0 or 1, "logistic" (discretized, with a probability for each level) on equally spaced levels '
        'such as 8 bits, and "gaussian" where they are continuous. "bernoulli" of grey levels is a cross-entropy: its '
        'score is no density. For sparse counts, "auto" is "negative_binomial" ("zero_inflated" gives zeros a '
        'probability of their own, too), or "multinomial" where rows have fewer than 100 counts; for other sparse '
        'numbers, "gaussian". Each column of a table has a distribution of its own.',
    ] = "auto"
    epochs: Annotated[
        int | Literal["auto"],
        Whole(1),
        'Passes over all rows, in each stage of the fit. "auto" takes about 800 steps, 3200 without labels, '
        "in 10 to 500 epochs.",
    ] = "auto"
    batch_size: Annotated[
        int | Literal["auto"],
        Whole(1),
        'Unlabeled rows per step. "auto" is 64, and 256 from 20,000 rows on.',
    ] = "auto"
    learning_rate: Annotated[float, Number(1e-12), "Highest learning rate. It falls to zero along a cosine."] = 2e-3
    objective: Annotated[
        ObjectiveOptions | None,
        Group(ObjectiveOptions),
        "`ObjectiveOptions`: weights of the terms of the loss.",
    ] = None
    recipe: Annotated[
        RecipeOptions | None,
        Group(RecipeOptions),
        "`RecipeOptions`: terms that make a few labels count.",
    ] = None
    training: Annotated[
        TrainingOptions | None,
        Group(TrainingOptions),
        "`TrainingOptions`: batches, early stopping, precision and processes.",
    ] = None
    data: Annotated[
        DataOptions | None,
        Group(DataOptions),
        "`DataOptions`: columns of a frame that are modeled, and pixels of images.",
    ] = None
    device: Annotated[
        str,
        Choice("cpu", "cuda", "mps"),
        'Where to compute: "cpu", "cuda" or "mps". "auto" is the fastest that PyTorch finds.',
    ] = "auto"
    missing_label: Annotated[
        Any,
        Anything(),
        "Value, or list of values, that marks a missing label beside None and NaN. None stands for -1 among whole "
        "classes, unless -1 is a class itself (None or NaN mark other rows, or -2 and 0 are classes). Name it for "
        "cross-validation, as each fold is judged by its own rows; [] stands for nothing.",
    ] = None
    checkpoint: Annotated[
        str | Path | None,
        Place(),
        "Folder for the state of this one fit, written about once a minute and at Ctrl-C. A fit that finds its state "
        "there continues exactly; `save` removes it. Needs a whole number as `random_state`.",
    ] = None
    callbacks: Annotated[
        Sequence[Any] | None, Callbacks(), "`semivae.Callback` objects, which are called after every epoch."
    ] = None
    verbose: Annotated[bool, Switch(), "Whether to show a progress bar on standard error."] = False
    random_state: Annotated[Any, Anything(), "Random seed, or a generator of NumPy."] = None
