r"""Estimators: the scikit-learn interface of the models."""

__all__ = ["PCA", "LabeledKFold", "VAEClassifier", "VAEEmbedding", "VAEPredictor", "VAERegressor", "load"]

from semivae.estimators.classifier import VAEClassifier
from semivae.estimators.disk.load import load
from semivae.estimators.embedding import VAEEmbedding
from semivae.estimators.folds import LabeledKFold
from semivae.estimators.pca import PCA
from semivae.estimators.predictor import VAEPredictor
from semivae.estimators.regressor import VAERegressor
