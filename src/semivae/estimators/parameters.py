r"""The parameters that all estimators share: flat, plain, and without logic, as scikit-learn expects."""

from __future__ import annotations

__all__ = ["Parameters", "default", "plain"]

from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from semivae.engine import Callback


class Parameters(BaseEstimator):
    r"""The parameters of an estimator.

    Arguments:
        model: The name of a model ("m1", "m2", "m1m2", "adgm", "sdgm", "alpha", "shot", "ccvae", "cvae", "predictor",
            "debias", "vae", "ae"). "auto" is "m2" for a class or a number, however many labels and classes there are
            (`marginalize`, `neighbors` and `dropout` go by these), "predictor" for several targets, and "vae" without.
        latents: The size of the latent; "auto" is 10, and in "m1m2", whose features have to hold what a row shows, the
            width of the rows, at most 50.
        hidden: The sizes of the hidden layers of every network; "auto" goes by the width of the rows.
        network: "mlp", "conv" (images only), or "auto": "conv" for color images and those wider than 32 pixels.
        likelihood: "auto", or for images "bernoulli" or "gaussian".
        scale: The standard deviation of Gaussian values, the :math:`\sqrt{c}` of the loss
            :math:`\lVert x - x' \rVert^2 / 2c + \mathrm{KL}`: a number fixes it; learned it is "single" for all values,
            one for each column or pixel but "shared" by all rows, or, as "learned" by a network, another for each row.
        prior: The prior of the latent: "normal"; a learned "mixture" of Gaussians, one for each class in models whose
            latent depends on a class; or "vamp", the posteriors of learned pseudo-inputs. Learned priors need a
            `warmup` of half of the training, say, or several `importance_samples`, lest the latent be left unused.
        components: How many Gaussians a "mixture" has that is not one per class, and pseudo-inputs a "vamp".
        marginalize: How a missing class is summed out: "exact"; over few classes by "sparse", "topk" or (unbiased)
            "topk_sampled"; by one draw, "sampled"; or relaxed, which is no bound: "gumbel", "logistic_normal", and
            straight through, "gumbel_st", "logistic_normal_st". "auto" is "exact" up to 50 classes, "topk" beyond.
        label_points: How many classes "sparse", "topk" and "topk_sampled" go through.
        temperature: The lowest temperature of a relaxed class, which falls to it from 1.
        label_prior: The prior of the classes: "labels" for their smoothed frequencies among the labels (if those were
            not drawn at random, say what you know), "uniform", or the probabilities.
        simplex: What the class probabilities of the model "alpha" are: "logistic_normal" or "dirichlet".
        smoothing: What the model "debias" adds to the frequency of each of the ten bins of a unit of the latent: the
            less, the more do rare rows count. With 0.1, the frequency of each if all had the same, few rows can have
            most of the weight, so that short fits learn the others late.
        alpha: Weight of the prediction of the known labels against the bound, which alone does not classify; "auto" is
            20 for a class and 5 for a continuous target.
        beta: Weight of the divergence of the latent; 1 is a bound. "auto" is 1, and 0.05 for the features of "m1m2",
            the prior of which is fitted after them.
        warmup: Share of the training in which `beta` rises from zero.
        free_bits: Nats of divergence that each unit of the latent may hold at no cost, so that fewer die; under a
            "mixture" of no classes or a "vamp" the whole latent counts as one unit.
        importance_samples: Draws of the latent in the bound of a step. More than one make it importance-weighted: a
            tighter bound at so many times the price, which leaves `beta`, `warmup` and `free_bits` no meaning.
        labeled_share: Weight of the bound of the labeled rows against that of the unlabeled rows.
        dropout: Share of hidden units left out while the classifier or predictor is trained; "auto" leaves none out
            for a class, and 200 / (200 + labels), at most 0.7, for a continuous target, whose deviation is learned.
        adversarial: Weight of the consistency of the prediction against that of the known labels; 0 leaves it out.
        radius: The neighborhood of a row in which its prediction has to be consistent, as a share of the distance to
            the nearest other row of a batch.
        neighbors: To how many nearest rows each row is joined, in a graph along which the given labels spread. Of the
            rows of each class the surer half is taken to be of it, in the first third of the training, by how far
            held-out labels agree with it; 0 leaves this out. From 500 labels on, and 50 a class, so many rows nearest
            to each get it instead. It is for rows in memory, joins up to 65,536 of them (fewer with more than 64
            classes), and needs 8 of these for each label. Rows of more than 256 numbers are compared by the features
            of a VAE, for which the fit has a stage more.
        interpolation: Weight of the consistency between rows (mixup) against that of the known labels; "auto" is 1 for
            the model "shot", else 0.
        augmentation: How far images are turned, scaled, sheared and moved while the prediction has to stay the same: 1
            for handwriting, 0 for not at all.
        teacher: Whether predictions have to be consistent with those of the moving average of the weights, which change
            less from step to step, rather than with their own. Off by default: few labels made no gain of it.
        student: Whether a last stage trains a second classifier, which reads the rows themselves (images by
            convolutions, unless `network` is "mlp") and learns what the model believes of them, however `augmentation`
            moves them. Probabilities are then the mean of both, all else is that of the model. For a class only.
        epochs: Passes over all rows, in each stage of the fit; "auto" gives small data more.
        batch_size: Unlabeled rows of a step; "auto" takes 64, and 256 from 20,000 rows.
        labeled_batch: Labeled rows of a step, at most.
        learning_rate: The highest learning rate; it falls to zero as a cosine.
        weight_decay: Decoupled decay of the weights.
        averaging: Decay of the moving average of the weights that is kept; 0 keeps the last weights.
        early_stopping: Whether to hold out rows, among them given labels where each class has enough, stop when the
            loss on them no longer falls, and keep the weights with which it was lowest. "auto" does without a target,
            where 20 rows or more are held out, unless `epochs` are given; with one it does not, for labels are few,
            and the learning rate ends at zero.
        patience: Epochs without improvement before an early stop; "auto" is a tenth of all, and at least 10.
        validation_share: Share of the rows held out for an early stop.
        device: "auto", "cpu", "cuda" or "mps".
        precision: "auto" takes bfloat16 products where the hardware has them and layers are wide; "float32";
            "bfloat16".
        compile: Whether a step is compiled into one graph, which takes a minute or so: "auto" does for runs long
            enough to earn it, on GPUs and processors with matrix units.
        devices: Processes on each machine that share every batch; more than one are started by torchrun (or by
            `semivae fit --devices`).
        nodes: Machines.
        checkpoint: A folder, of this fit alone, in which its state is kept about once a minute and at Ctrl-C. A fit
            that finds its state there continues from it, exactly as if it had not been stopped; :meth:`save`
            removes it. Needs a whole number as `random_state`, as several processes do.
        drop: Columns of a frame that are ignored: a name, or a list of names.
        id_columns: Columns that are not modeled, as `drop`, but that `semivae predict` carries into its output.
        keep: Columns that are modeled even if they look like identifiers, which are left out otherwise.
        missing_label: What marks a missing label beside None and NaN: a value or a list. None for -1 of classes,
            unless that is a class itself (where others are unlabeled as None or NaN, or where -2 and 0 are classes);
            this is judged by the rows of each fit, so that in cross-validation it is better named. [] for nothing.
        callbacks: What is told of every epoch: :class:`semivae.Callback` objects.
        verbose: Whether to show a progress bar on standard error.
        random_state: What everything random in the fit is drawn from.
    """

    def __init__(
        self,
        model: str = "auto",
        latents: int | Literal["auto"] = "auto",
        hidden: tuple[int, ...] | Literal["auto"] = "auto",
        network: Literal["auto", "mlp", "conv"] = "auto",
        likelihood: Literal["auto", "bernoulli", "gaussian"] = "auto",
        scale: Literal["shared", "single", "learned"] | float = "shared",
        prior: str = "normal",
        components: int = 50,
        marginalize: str = "auto",
        label_points: int = 4,
        temperature: float = 0.5,
        label_prior: Literal["labels", "uniform"] | tuple[float, ...] = "labels",
        simplex: str = "logistic_normal",
        smoothing: float = 0.3,
        alpha: float | Literal["auto"] = "auto",
        beta: float | Literal["auto"] = "auto",
        warmup: float = 0.0,
        free_bits: float = 0.0,
        importance_samples: int = 1,
        labeled_share: float = 0.5,
        dropout: float | Literal["auto"] = "auto",
        adversarial: float = 1.0,
        radius: float = 0.25,
        neighbors: int = 10,
        interpolation: float | Literal["auto"] = "auto",
        augmentation: float = 0.0,
        teacher: bool = False,
        student: bool = False,
        epochs: int | Literal["auto"] = "auto",
        batch_size: int | Literal["auto"] = "auto",
        labeled_batch: int = 128,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.0,
        averaging: float = 0.99,
        early_stopping: Literal["auto"] | bool = "auto",
        patience: int | Literal["auto"] = "auto",
        validation_share: float = 0.1,
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
        compile: Literal["auto"] | bool = "auto",
        devices: int = 1,
        nodes: int = 1,
        checkpoint: str | Path | None = None,
        drop: str | Sequence[str] | None = None,
        id_columns: str | Sequence[str] | None = None,
        keep: str | Sequence[str] | None = None,
        missing_label: Any = None,
        callbacks: list[Callback] | None = None,
        verbose: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.model = model
        self.latents = latents
        self.hidden = hidden
        self.network = network
        self.likelihood = likelihood
        self.scale = scale
        self.prior = prior
        self.components = components
        self.marginalize = marginalize
        self.label_points = label_points
        self.temperature = temperature
        self.label_prior = label_prior
        self.simplex = simplex
        self.smoothing = smoothing
        self.alpha = alpha
        self.beta = beta
        self.warmup = warmup
        self.free_bits = free_bits
        self.importance_samples = importance_samples
        self.labeled_share = labeled_share
        self.dropout = dropout
        self.adversarial = adversarial
        self.radius = radius
        self.neighbors = neighbors
        self.interpolation = interpolation
        self.augmentation = augmentation
        self.teacher = teacher
        self.student = student
        self.epochs = epochs
        self.batch_size = batch_size
        self.labeled_batch = labeled_batch
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.averaging = averaging
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_share = validation_share
        self.device = device
        self.precision = precision
        self.compile = compile
        self.devices = devices
        self.nodes = nodes
        self.checkpoint = checkpoint
        self.drop = drop
        self.id_columns = id_columns
        self.keep = keep
        self.missing_label = missing_label
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state


def default(name: str) -> Any:
    """Returns the default of a parameter."""

    return signature(Parameters).parameters[name].default


def plain(value: Any) -> Any:
    """Returns arrays, tuples and sets as lists, numbers of NumPy as those of Python, anything else as it is."""

    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)

    if isinstance(value, tuple | list):
        return [plain(part) for part in value]

    return value.tolist() if hasattr(value, "tolist") else value
