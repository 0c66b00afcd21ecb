r"""The options that make a few labels count."""

from __future__ import annotations

__all__ = ["RecipeOptions"]

from typing import Annotated, Literal

from semivae.estimators.options.declared import Declared, declare
from semivae.estimators.options.values import Choice, Either, Number, Switch, Whole


@declare
class RecipeOptions(Declared):
    """Options of the recipe: the terms that make a few labels count."""

    dropout: Annotated[
        float | Literal["auto"],
        Number(0, 0.99),
        'Share of hidden units of the classifier or predictor that are left out in training. "auto" is 0 for a class '
        "and 200 / (200 + labels), at most 0.7, for a number, whose standard deviation is learned and would collapse "
        "on a few labels learned by heart.",
    ] = "auto"
    adversarial: Annotated[
        float,
        Number(0),
        "Weight of the consistency of predictions around each row (virtual adversarial training), relative to the "
        "known labels; 0 disables it.",
    ] = 1.0
    radius: Annotated[
        float,
        Number(0),
        "Radius in which predictions should be consistent, as a share of the distance to the nearest other row of the "
        "batch.",
    ] = 0.25
    neighbors: Annotated[
        int,
        Whole(0),
        "Neighbors per row in the label-propagation graph; 0 disables it. In the first third of the training the more "
        "confident half of each class is pseudo-labeled, weighted by held-out agreement. From 500 labels on, and 50 "
        "per class, each label goes to this many nearest rows instead. For one class and rows in memory, with 8 "
        "unlabeled rows per label; joins at most 65,536 rows, fewer with more than 64 classes. Rows of more than 256 "
        "numbers are compared by the features of a VAE, which is trained in a stage before.",
    ] = 10
    interpolation: Annotated[
        float | Literal["auto"],
        Number(0),
        "Weight of the consistency of predictions between rows (mixup), relative to the known labels. "
        '"auto" is 1 for the model "shot" and 0 otherwise.',
    ] = "auto"
    augmentation: Annotated[
        float,
        Number(0, 2),
        "How far images are turned, scaled, sheared and moved while the prediction should stay the same. 1 suits "
        "handwriting; 0 disables it.",
    ] = 0.0
    teacher: Annotated[
        bool,
        Switch(),
        "Whether predictions should be consistent with those of the averaged weights, which change more slowly, "
        "instead of with those of the current weights. Off: with few labels it gained nothing.",
    ] = False
    student: Annotated[
        bool,
        Switch(),
        "Whether to train a second classifier last. It reads the rows themselves (images by convolutions, unless "
        '`network` is "mlp"), learns the beliefs of the model under `augmentation`, and probabilities are the mean of '
        "both. For one class.",
    ] = False
    committee: Annotated[
        bool | Literal["auto"],
        Either(Choice("auto"), Switch()),
        "Whether simple learners answer together with the model: trees, and a linear model that also reads the latent. "
        "Weights come from labels that none of them saw. The latent, the density and the generator stay the model's. "
        '"auto" is on for tables in memory with one target, if the model learns features first, as "gmvae" does.',
    ] = "auto"
    calibrate: Annotated[
        bool | Literal["auto"],
        Either(Choice("auto"), Switch()),
        "Whether confidence is calibrated by held-out labels: the last stage is trained again without them, in five "
        "folds for tables, and without a fifth of the labels for images. "
        '"auto" is on with one target and rows in memory, if the model learns features first.',
    ] = "auto"
