r"""Gaussian processes that a search learns gains with, by scikit-learn or by BoTorch."""

__all__ = ["Surrogate", "SurrogateName", "log_improvement", "surrogate_named"]

from semivae.latent.surrogates.base import Surrogate
from semivae.latent.surrogates.choose import SurrogateName, surrogate_named
from semivae.latent.surrogates.improvement import log_improvement
