r"""Evaluation: arrays in, numbers out."""

__all__ = ["calibration_error", "classification", "evidence", "regression"]

from semivae.evaluation.classification import calibration_error, classification
from semivae.evaluation.evidence import evidence
from semivae.evaluation.regression import regression
