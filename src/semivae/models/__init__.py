r"""Models: wiring diagrams of conditionals, each with its bound; one file a model."""

__all__ = ["AE", "M2", "VAE", "MarginalModel", "Model", "Predictor", "Terms", "models"]

from semivae.models.ae import AE
from semivae.models.base import MarginalModel, Model, Terms, models
from semivae.models.m2 import M2
from semivae.models.predictor import Predictor
from semivae.models.vae import VAE
