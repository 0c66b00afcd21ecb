r"""The scorecard of a fitted estimator: its label half, its generator half and its latent half, as one flat dictionary.

Every number is about held-out rows or samples. Numbers that an estimator does not have are NaN: a model without a
target has no accuracy, and a target that is a number has no class to ask for.
"""

from __future__ import annotations

__all__ = ["interval_of", "scorecard"]

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError
from semivae.evaluation.classification import classification
from semivae.evaluation.exam import Exam
from semivae.evaluation.generator_half import generator
from semivae.evaluation.latent_half import latent
from semivae.evaluation.regression import NOMINAL, gaussian_interval, regression
from semivae.fitted import Classifier, Fitted, Regressor

LOG = logging.getLogger(__name__)

Half = dict[str, Any]


def scorecard(fitted: Fitted, exam: Exam) -> Half:
    r"""Returns the scorecard of a fitted estimator.

    Arguments:
        fitted: The estimator.
        exam: The rows.

    Returns:
        Numbers by name, and the names of the judge and of the network. The registry of metrics describes most; beside
        them are

        - `pca_explained`, `pca_linear_probe`: the same of as many principal components as there are latents;
        - `judge_accuracy`, `network_accuracy`: the accuracy of both on held-out rows;
        - `frechet_floor`: the Frechet distance of samples as good as rows;
        - `total_variance_ratio`: the variance of all decoder means over that of all rows;
        - `nearest_of_samples`, `nearest_of_rows`: the median distance to the nearest training row;
        - `linear_probe`, `neighbor_probe`: the score of plain methods on the latent, with all labels of the training
          rows, and with the given labels alone in `..._given`;
        - `latents`: the size of the latent; `kl`: the divergences of all latents but the label, in nats a row, at the
          end of the fit, if they were logged.
    """

    return {**labels(fitted, exam), **generator(fitted, exam), **latent(fitted, exam)}


def labels(fitted: Fitted, exam: Exam) -> Half:
    """Returns the metrics of predictions; none without a target."""

    if isinstance(fitted, Classifier):
        return classification(exam.test_y, fitted.predict_proba(exam.test), fitted.classes_)

    if isinstance(fitted, Regressor):
        mean, deviation = fitted.predict(exam.test, return_std=True)
        low, high = interval_of(fitted, exam.test).T

        return regression(exam.test_y, mean, low, high, deviation)

    return {}


def interval_of(fitted: Regressor, X: Any) -> NDArray[np.float64]:
    """Returns a 90 % interval for each row, with shape (N, 2): a Gaussian's, where labels are too few for another."""

    try:
        return fitted.predict_interval(X, NOMINAL)
    except DataError:
        # Rows that cannot be used raise it again.
        mean, deviation = fitted.predict(X, return_std=True)
        LOG.info("Intervals are those of a Gaussian: there are too few held-out values to judge them by.")

        return gaussian_interval(mean, deviation, NOMINAL)
