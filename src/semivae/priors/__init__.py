r"""Priors of the latent and of the label; one file each."""

__all__ = [
    "COMPONENTS",
    "ClassMixture",
    "CorrelatedMixture",
    "DirichletPrior",
    "LabelPrior",
    "LogisticNormalPrior",
    "MakePrior",
    "Mixture",
    "Prior",
    "SimplexPrior",
    "StandardNormal",
    "VampPrior",
    "fixed_draws",
    "normal",
    "priors",
    "simplexes",
]

from semivae.priors.base import COMPONENTS, MakePrior, Prior, priors
from semivae.priors.classes import ClassMixture
from semivae.priors.correlated import CorrelatedMixture
from semivae.priors.label import LabelPrior
from semivae.priors.mixture import Mixture
from semivae.priors.normal import StandardNormal, fixed_draws, normal
from semivae.priors.simplex import DirichletPrior, LogisticNormalPrior, SimplexPrior, simplexes
from semivae.priors.vamp import VampPrior
