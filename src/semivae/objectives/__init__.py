r"""Objectives: the loss from the terms of a bound, and penalties that are added to it."""

__all__ = [
    "ELBO",
    "Augmentation",
    "Consistency",
    "Distillation",
    "Interpolation",
    "Neighbors",
    "Penalties",
    "Perceptual",
    "agreed",
    "mean_divergence",
]

from semivae.objectives.augmentation import Augmentation
from semivae.objectives.consistency import Consistency
from semivae.objectives.distillation import Distillation, agreed, mean_divergence
from semivae.objectives.elbo import ELBO
from semivae.objectives.interpolation import Interpolation
from semivae.objectives.neighbors import Neighbors
from semivae.objectives.penalties import Penalties
from semivae.objectives.perceptual import Perceptual
