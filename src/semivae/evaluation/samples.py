r"""How good new rows are: of the asked class, of every class, varied, and no copies of training rows."""

from __future__ import annotations

__all__ = ["nearest", "total_variance_ratio"]

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from semivae.evaluation.intervals import Average, Share
from semivae.evaluation.registry import metric

Values = NDArray[np.float64]
Classes = NDArray[Any]

BLOCK = 500

# A class is covered if samples are of it at least so often as a share of its frequency among rows.
COVERED = 0.1


@metric("asked_class", "asked", "higher", "share of samples that a judge puts in the asked class", 1, "share", (0, 1))
def asked_class(asked: Classes, judged: Classes) -> float:
    r"""Returns the share of samples that are of the class that was asked for.

    .. math:: \frac{1}{M} \sum_m [\hat y(s_m) = y_m]

    References:
        | How good is my GAN? (Shmelkov et al., 2018)
        | https://arxiv.org/abs/1807.09499
    """

    return Share(asked == judged)


@metric(
    "classes_covered",
    "modes",
    "higher",
    "share of classes that samples are of, a tenth as often as rows",
    1,
    "share",
    (0, 1),
)
def classes_covered(classes: Classes, judged: Classes) -> float:
    r"""Returns the share of the classes of rows that samples are of at least a tenth as often as rows are.

    .. math:: \frac{1}{C} \sum_c [P(\hat y(s) = c) \ge 0.1 \, P(y = c)]

    References:
        | VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational Learning (Srivastava et al., 2017)
        | https://arxiv.org/abs/1705.07761
    """

    names, counts = np.unique(classes, return_counts=True)
    made = (judged[:, None] == names).mean(axis=0)

    return float((made >= COVERED * counts / len(classes)).mean())


@metric(
    "inception_score",
    "judged",
    "higher",
    "classes that samples are of, as a judge is sure of them",
    1,
    "classes",
    (1, np.inf),
)
def inception_score(probabilities: Values) -> float:
    r"""Returns the Inception Score: 1 if all samples look alike, the number of classes if they are sure and even.

    .. math:: \exp\left(\frac{1}{M} \sum_m \mathrm{KL}(p(y \mid s_m) \parallel p(y))\right), \qquad
        p(y) = \frac{1}{M} \sum_m p(y \mid s_m)

    It never sees a row: samples that are all the same within each class have a perfect score.

    References:
        | Improved Techniques for Training GANs (Salimans et al., 2016)
        | https://arxiv.org/abs/1606.03498
    """

    from scipy.special import xlogy

    def score(means: Values) -> Values:
        return np.exp(means[:, 0] - xlogy(means[:, 1:], means[:, 1:]).sum(axis=1))

    sure = xlogy(probabilities, probabilities).sum(axis=1, keepdims=True)

    return Average(np.concatenate([sure, probabilities], axis=1), score)


@metric(
    "variance_ratio",
    "variety",
    1.0,
    "variance within a class of decoder means over that of rows",
    2,
    "ratio",
    (0, np.inf),
)
def variance_ratio(rows: Values, classes: Classes, means: Values, asked: Classes) -> float:
    r"""Returns the mean variance within a class of decoder means over that of rows.

    .. math:: \frac{\sum_c \mathrm{tr} \, \mathrm{Cov}(\hat x \mid c)}{\sum_c \mathrm{tr} \, \mathrm{Cov}(x \mid c)}

    over the classes with at least two rows and two samples. With noise in the samples a generator that repeats itself
    would pass as varied.

    References:
        | Classification Accuracy Score for Conditional Generative Models (Ravuri and Vinyals, 2019)
        | https://arxiv.org/abs/1905.10887
    """

    counts = [dict(zip(*np.unique(part, return_counts=True), strict=True)) for part in (classes, asked)]
    shared = [name for name in counts[0] if min(count.get(name, 0) for count in counts) > 1]
    within = [(total_variance(rows[classes == name]), total_variance(means[asked == name])) for name in shared]

    return ratio(sum(made for _, made in within), sum(real for real, _ in within))


def total_variance_ratio(rows: Values, means: Values) -> float:
    """Returns the variance of all decoder means over that of all rows, where there is no class to ask for."""

    return ratio(total_variance(means), total_variance(rows))


@metric(
    "sample_distance",
    "novelty",
    1.0,
    "distance of samples to training rows, over that of held-out rows",
    1,
    "ratio",
    (0, np.inf),
)
def sample_distance(samples: Values, held_out: Values, train: Values) -> float:
    r"""Returns the median distance of samples to the nearest training row, over that of held-out rows.

    .. math:: \frac{\mathrm{median}_m \min_n \lVert s_m - x_n \rVert}{\mathrm{median}_i \min_n \lVert x'_i - x_n \rVert}

    Near 0 samples copy training rows. Samples without noise are a little nearer than rows.

    References:
        | A Non-Parametric Test to Detect Data-Copying in Generative Models (Meehan et al., 2020)
        | https://arxiv.org/abs/2004.05675
    """

    return ratio(nearest(samples, train), nearest(held_out, train))


def nearest(rows: Values, train: Values) -> float:
    """Returns the median distance of rows, with shape (N, F), to the nearest of the training rows."""

    blocks = [cdist(rows[start : start + BLOCK], train).min(axis=1) for start in range(0, len(rows), BLOCK)]

    return float(np.median(np.concatenate(blocks)))


def total_variance(rows: Values) -> float:
    """Returns the trace of the covariance, without missing cells."""

    return float(np.nanvar(rows[:, ~np.isnan(rows).all(axis=0)], axis=0).sum())


def ratio(one: float, other: float) -> float:
    """Returns a ratio; NaN over zero."""

    return float(one / other) if other > 0 else float("nan")
