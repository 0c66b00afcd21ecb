r"""Evaluation: arrays in, numbers out. A new metric is one function with the decorator :func:`metric`."""

__all__ = [
    "Exam",
    "Judge",
    "Metric",
    "Numbers",
    "calibration_error",
    "classification",
    "decomposition",
    "deviation_scale",
    "evidence",
    "explained_variance",
    "linear_probe",
    "measure",
    "metric",
    "metrics",
    "nearest",
    "neighbor_probe",
    "pca_explained",
    "rebuilt",
    "regression",
    "scorecard",
    "temperature",
    "total_variance_ratio",
]

from semivae.evaluation.calibration import deviation_scale, temperature
from semivae.evaluation.classification import calibration_error, classification
from semivae.evaluation.divergence import decomposition
from semivae.evaluation.evidence import evidence
from semivae.evaluation.exam import Exam
from semivae.evaluation.judge import Judge
from semivae.evaluation.numbers import Numbers
from semivae.evaluation.reconstruction import explained_variance, pca_explained, rebuilt
from semivae.evaluation.registry import Metric, measure, metric, metrics
from semivae.evaluation.regression import regression
from semivae.evaluation.samples import nearest, total_variance_ratio
from semivae.evaluation.scorecard import scorecard
from semivae.evaluation.space import linear_probe, neighbor_probe
