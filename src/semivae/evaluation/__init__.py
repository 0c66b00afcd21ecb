r"""Evaluation: arrays in, numbers out. A new metric is one function with the decorator :func:`metric`."""

__all__ = [
    "Metric",
    "calibration_error",
    "classification",
    "decomposition",
    "deviation_scale",
    "evidence",
    "measure",
    "metric",
    "metrics",
    "regression",
    "temperature",
]

from semivae.evaluation.calibration import deviation_scale, temperature
from semivae.evaluation.classification import calibration_error, classification
from semivae.evaluation.divergence import decomposition
from semivae.evaluation.evidence import evidence
from semivae.evaluation.registry import Metric, measure, metric, metrics
from semivae.evaluation.regression import regression
