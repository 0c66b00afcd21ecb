r"""The options of an estimator in groups, each with its type, default, limits and help in one place."""

from __future__ import annotations

__all__ = ["ModelOptions", "ObjectiveOptions", "TrainingOptions"]

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from semivae.estimators.options.declared import Declared, declare
from semivae.estimators.options.values import Choice, Either, Function, Names, Number, Probabilities, Switch, Whole

# The model that "auto" stands for.
AUTO = '"auto" is "gmvae" for one class or number, "predictor" for several targets, "vae" without a target.'


def model_names() -> Iterable[str]:
    """Returns the names of all models."""

    from semivae.models import models

    return models


def prior_names() -> Iterable[str]:
    """Returns the names of all priors of the latent."""

    from semivae.priors import priors

    return priors


def marginal_names() -> Iterable[str]:
    """Returns the names of all ways to sum over a missing class."""

    from semivae.marginal import marginals

    return marginals


def simplex_names() -> Iterable[str]:
    """Returns the names of all priors of class probabilities."""

    from semivae.priors import simplexes

    return simplexes


@declare
class ModelOptions(Declared):
    """Options of the model: its latent, its noise, and how it treats a missing class."""

    name: Annotated[
        str,
        Names(model_names),
        f"Name of the model. {AUTO}",
    ] = "auto"
    scale: Annotated[
        Literal["auto", "shared", "single", "learned"] | float,
        Either(Choice("shared", "single", "learned"), Number(1e-12)),
        "Standard deviation of Gaussian or logistic values. A number fixes it; the Gaussian loss is then squared error "
        '/ (2 scale^2) + KL. Otherwise it is learned: "single" is one for all, "shared" one per column or pixel, '
        '"learned" one per value and row, by a network. "auto" is "single" for images, "shared" for tables.',
    ] = "auto"
    prior: Annotated[
        str,
        Names(prior_names),
        'Prior of the latent: "normal"; "mixture", learned Gaussians (one per class where the latent depends on the '
        'class); or "vamp", the posteriors of learned pseudo-inputs. A learned prior needs `warmup`, about 0.5, or '
        "several `importance_samples`; otherwise the decoder may learn to ignore the latent.",
    ] = "normal"
    components: Annotated[
        int | Literal["auto"],
        Whole(1),
        'Number of Gaussians of a "mixture" without classes, and of pseudo-inputs of a "vamp"; "auto" is 50. In '
        '"gmvae", number of Gaussians per class; "auto" is 30 divided by the classes, between 1 and 15.',
    ] = "auto"
    marginalize: Annotated[
        str,
        Names(marginal_names),
        'How a missing class is summed out. "exact" sums over all classes; "sparse", "topk" and the unbiased '
        '"topk_sampled" over `label_points` of them; "sampled" takes one draw. "gumbel", "logistic_normal", and their '
        'straight-through forms "gumbel_st" and "logistic_normal_st", are relaxations, which give no bound. "auto" is '
        '"exact" up to 50 classes and "topk" beyond.',
    ] = "auto"
    label_points: Annotated[int, Whole(1), 'Number of classes that "sparse", "topk" and "topk_sampled" sum over.'] = 4
    temperature: Annotated[
        float, Number(0.01, 1), "Final temperature of a relaxed class. It falls from 1 during the training."
    ] = 0.5
    label_prior: Annotated[
        Literal["labels", "uniform"] | Sequence[float],
        Either(Choice("labels", "uniform"), Probabilities()),
        'Prior of the classes: "labels" for their smoothed frequencies among the labels, "uniform", or one '
        "probability per class. Give it if the labels were not drawn at random.",
    ] = "labels"
    simplex: Annotated[
        str,
        Names(simplex_names),
        'Distribution of the class probabilities in the model "alpha": "logistic_normal" or "dirichlet".',
    ] = "logistic_normal"
    smoothing: Annotated[
        float,
        Number(0, 1e6),
        'Added to the frequency of each of the ten bins of a latent unit in the model "debias". Smaller values give '
        "rare rows more weight. At 0.1, the frequency of equally full bins, a few rows can take most of the weight, so "
        "that short fits learn the others late.",
    ] = 0.3


@declare
class ObjectiveOptions(Declared):
    """Options of the objective: the weights of the terms of the loss."""

    alpha: Annotated[
        float | Literal["auto"],
        Number(0),
        "Weight of the prediction of the known labels against the bound, which alone does not classify. "
        '"auto" is 20 for a class and 5 for a number; times the bits of a pixel, 8 for 256 levels, where a model '
        "learns the levels of pixels and the labels at once.",
    ] = "auto"
    beta: Annotated[
        float | Literal["auto"],
        Number(0),
        'Weight of the divergence (KL) of the latent; only 1 gives a bound. "auto" is 1, and 0.05 for the features of '
        '"m1m2", whose prior is fitted later.',
    ] = "auto"
    warmup: Annotated[float, Number(0, 1), "Share of the training in which `beta` rises from zero."] = 0.0
    free_bits: Annotated[
        float,
        Number(0),
        "Nats of divergence that each latent unit may have at no cost, so that fewer units die. With a learned prior "
        "without classes, the whole latent counts as one unit.",
    ] = 0.0
    importance_samples: Annotated[
        int,
        Whole(1),
        "Draws of the latent per row and step. More than one give the importance-weighted bound: tighter, at as many "
        "times the cost, and without `beta`, `warmup` and `free_bits`.",
    ] = 1
    labeled_share: Annotated[
        float | Literal["auto"],
        Number(0, 1),
        "Weight of the bound of labeled rows; unlabeled rows have the rest. A smaller one brings the density and the "
        'samples nearer to all rows, and makes samples of a class less pure. "auto" is 0.5, and 0.1 for "gmvae", '
        "whose classes do not depend on the bound.",
    ] = "auto"
    perceptual: Annotated[
        float,
        Number(0),
        "Weight of the deep-feature loss, which compares images and their reconstructions by the features of "
        "`perceptual_network`, for models whose decoder reads the latent alone. It sharpens images and lowers their "
        "likelihood.",
    ] = 0.0
    perceptual_network: Annotated[
        Any,
        Function(),
        "Function or network of PyTorch that maps images (B, channels, height, width) in [0, 1] to one or several "
        "tensors of features. It stays as it is, and is not saved with the model.",
    ] = None


@declare
class TrainingOptions(Declared):
    """Options of the training: batches, early stopping, precision and processes."""

    effort: Annotated[
        str,
        Choice("quick", "normal", "thorough"),
        'Budget that `epochs="auto"` stands for: "quick" takes a quarter of the steps of "normal", for a first look; '
        '"thorough" four times as many, for sharper reconstructions and samples.',
    ] = "normal"
    features_epochs: Annotated[
        int | Literal["auto"],
        Whole(1),
        'Epochs of the first stage of "gmvae", which learns the latent without labels. "auto" is `epochs`, or four '
        "times the steps of the last stage where these are automatic too.",
    ] = "auto"
    labeled_batch: Annotated[int, Whole(1), "Labeled rows per step, at most."] = 128
    weight_decay: Annotated[float, Number(0), "Decoupled weight decay of AdamW."] = 0.0
    averaging: Annotated[
        float,
        Number(0, 0.999999),
        "Decay of the moving average of the weights. The fitted model is the average; 0 keeps the last weights.",
    ] = 0.99
    early_stopping: Annotated[
        Literal["auto"] | bool,
        Switch(),
        "Whether to hold out rows, stop when their loss no longer falls, and keep the best weights. "
        '"auto" does so without a target, if `epochs` is "auto" and at least 20 rows are held out. With a target it '
        "does not: labels are too few to spare, and the learning rate ends at zero.",
    ] = "auto"
    patience: Annotated[
        int | Literal["auto"],
        Whole(1),
        'Epochs without improvement before an early stop. "auto" is a tenth of all epochs, at least 10.',
    ] = "auto"
    validation_share: Annotated[float, Number(0.01, 0.9), "Share of the rows held out for an early stop."] = 0.1
    reference_share: Annotated[
        float | Literal["auto"],
        Number(0, 0.5),
        "Share of the unlabeled rows in memory that no stage learns from: `novelty` compares new rows with them. "
        '"auto" takes the rows held out for an early stop, or 500 of 5,000 unlabeled rows or more.',
    ] = "auto"
    precision: Annotated[
        str,
        Choice("float32", "bfloat16"),
        'Precision of matrix products. "auto" is "bfloat16" where layers are wide and the hardware has it, and '
        '"float32" otherwise.',
    ] = "auto"
    compile: Annotated[
        Literal["auto"] | bool,
        Switch(),
        "Whether to compile a training step, which takes about a minute. "
        '"auto" does so for long runs on GPUs and on processors with matrix units.',
    ] = "auto"
    devices: Annotated[
        int,
        Whole(1),
        "Processes per machine. They share each batch; more than one are started by torchrun.",
    ] = 1
    nodes: Annotated[int, Whole(1), "Machines."] = 1
