r"""Evaluation: arrays in, numbers out. A new metric is one function with the decorator :func:`metric`."""

__all__ = [
    "Average",
    "Estimate",
    "Exam",
    "Judge",
    "Metric",
    "Numbers",
    "PerClass",
    "Reliability",
    "Share",
    "beta_vae_score",
    "calibration_error",
    "canonical",
    "classification",
    "clusters",
    "coded",
    "column_distances",
    "confusion",
    "decomposition",
    "deviation_scale",
    "difference",
    "evidence",
    "explained_variance",
    "factor_vae_score",
    "frechet_distance",
    "frechet_floor",
    "gaussian_interval",
    "importances",
    "interval_of",
    "intervals",
    "kernel_distance",
    "linear_probe",
    "measure",
    "metric",
    "metrics",
    "mig",
    "nearest",
    "neighbor_probe",
    "path_lengths",
    "pca_explained",
    "per_class",
    "rebuilt",
    "regression",
    "reliability",
    "sample_coverage",
    "sample_density",
    "sample_precision",
    "sample_recall",
    "sap",
    "scorecard",
    "temperature",
    "total_variance_ratio",
    "unit_divergences",
    "wilson",
]

from semivae.evaluation.calibration import deviation_scale, temperature
from semivae.evaluation.classification import classification, coded
from semivae.evaluation.clusters import clusters
from semivae.evaluation.columns import column_distances
from semivae.evaluation.disentanglement import mig, sap
from semivae.evaluation.evidence import evidence
from semivae.evaluation.exam import Exam
from semivae.evaluation.frechet import frechet_distance, frechet_floor, kernel_distance
from semivae.evaluation.importances import importances
from semivae.evaluation.intervals import Average, Estimate, Share, difference, intervals, wilson
from semivae.evaluation.judge import Judge
from semivae.evaluation.manifold import sample_coverage, sample_density, sample_precision, sample_recall
from semivae.evaluation.numbers import Numbers
from semivae.evaluation.paths import path_lengths
from semivae.evaluation.per_class import PerClass, confusion, per_class
from semivae.evaluation.posterior import decomposition, unit_divergences
from semivae.evaluation.reconstruction import explained_variance, pca_explained, rebuilt
from semivae.evaluation.registry import Metric, measure, metric, metrics
from semivae.evaluation.regression import gaussian_interval, regression
from semivae.evaluation.reliability import Reliability, calibration_error, reliability
from semivae.evaluation.samples import nearest, total_variance_ratio
from semivae.evaluation.scorecard import interval_of, scorecard
from semivae.evaluation.space import linear_probe, neighbor_probe
from semivae.evaluation.strings import canonical
from semivae.evaluation.votes import beta_vae_score, factor_vae_score
