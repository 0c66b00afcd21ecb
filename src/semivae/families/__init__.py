r"""Families of distributions: raw features in, a distribution out; for data, labels and latents alike."""

__all__ = [
    "Bag",
    "Bernoulli",
    "Categorical",
    "Categoricals",
    "Cells",
    "Dirichlet",
    "Family",
    "Gaussian",
    "LogDirichlet",
    "Logistic",
    "Mixed",
    "Multinomial",
    "NegativeBinomial",
    "NegativeBinomials",
    "Ordinals",
    "Point",
    "Poisson",
    "Reals",
    "Strings",
    "Tokens",
    "choose_data",
    "choose_target",
    "pixels_for",
]

from semivae.families.bag import Bag
from semivae.families.bags import Multinomial, NegativeBinomial
from semivae.families.base import Family
from semivae.families.bernoulli import Bernoulli
from semivae.families.categorical import Categorical, Categoricals
from semivae.families.choose import choose_data, choose_target, pixels_for
from semivae.families.dirichlet import Dirichlet, LogDirichlet
from semivae.families.gaussian import Gaussian
from semivae.families.logistic import Logistic
from semivae.families.mixed import Cells, Mixed
from semivae.families.ordinal import Ordinals
from semivae.families.point import Point
from semivae.families.poisson import NegativeBinomials, Poisson
from semivae.families.reals import Reals
from semivae.families.tokens import Strings, Tokens
