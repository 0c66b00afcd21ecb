r"""How good new rows are: of the asked class, varied, like the rows of the data, and no copies of training rows.

Precision is the share of samples that lie where rows lie, within the ball around some row that reaches to its k-th
nearest other row; recall exchanges rows and samples. Density counts the balls around each sample, so that one row far
out counts for little; coverage is the share of rows with a sample in their ball.

References:
    | Improved Precision and Recall Metric for Assessing Generative Models (Kynkaanniemi et al., 2019)
    | https://arxiv.org/abs/1904.06991

    | Reliable Fidelity and Diversity Metrics for Generative Models (Naeem et al., 2020)
    | https://arxiv.org/abs/2002.09797
"""

from __future__ import annotations

__all__ = ["nearest", "total_variance_ratio"]

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from semivae.evaluation.registry import metric

Values = NDArray[np.float64]
Classes = NDArray[Any]

NEIGHBORS = 5
BLOCK = 500


@metric("asked_class", "asked", "higher", "share of samples that a judge puts in the asked class")
def asked_class(asked: Classes, judged: Classes) -> float:
    """Returns the share of samples that are of the class that was asked for."""

    return (asked == judged).mean()


@metric("variance_ratio", "variety", 1.0, "variance within a class of decoder means over that of rows", rows=2)
def variance_ratio(rows: Values, classes: Classes, means: Values, asked: Classes) -> float:
    r"""Returns the mean variance within a class of decoder means over that of rows.

    .. math:: \frac{\sum_c \mathrm{tr} \, \mathrm{Cov}(\hat x \mid c)}{\sum_c \mathrm{tr} \, \mathrm{Cov}(x \mid c)}

    over the classes with at least two rows and two samples. With noise in the samples a generator that repeats itself
    would pass as varied.
    """

    counts = [dict(zip(*np.unique(part, return_counts=True), strict=True)) for part in (classes, asked)]
    shared = [name for name in counts[0] if min(count.get(name, 0) for count in counts) > 1]
    within = [(total_variance(rows[classes == name]), total_variance(means[asked == name])) for name in shared]

    return ratio(sum(made for _, made in within), sum(real for real, _ in within))


def total_variance_ratio(rows: Values, means: Values) -> float:
    """Returns the variance of all decoder means over that of all rows, where there is no class to ask for."""

    return ratio(total_variance(means), total_variance(rows))


@metric("sample_precision", "samples", "higher", "share of samples that lie among the rows", rows=2)
def precision(rows: Values, samples: Values) -> float:
    """Returns the share of samples within the ball of some row."""

    return (cdist(rows, samples) <= radii(rows)[:, None]).any(axis=0).mean()


@metric("sample_recall", "samples", "higher", "share of rows that lie among the samples", rows=2)
def recall(rows: Values, samples: Values) -> float:
    """Returns the share of rows within the ball of some sample."""

    return precision(samples, rows)


@metric("sample_density", "samples", "higher", "balls around rows that hold a sample, over their usual number", rows=2)
def density(rows: Values, samples: Values) -> float:
    """Returns the mean number of balls of rows that hold a sample, over the number of neighbors."""

    return (cdist(rows, samples) <= radii(rows)[:, None]).sum(axis=0).mean() / neighbors(rows)


@metric("sample_coverage", "samples", "higher", "share of rows with a sample among their neighbors", rows=2)
def coverage(rows: Values, samples: Values) -> float:
    """Returns the share of rows whose ball holds a sample."""

    return (cdist(rows, samples).min(axis=1) <= radii(rows)).mean()


@metric("sample_distance", "novelty", 1.0, "distance of samples to training rows, over that of held-out rows")
def sample_distance(samples: Values, held_out: Values, train: Values) -> float:
    """Returns the median distance of samples to the nearest training row, over that of held-out rows.

    Near 0 samples copy training rows. Samples without noise are a little nearer than rows.
    """

    return ratio(nearest(samples, train), nearest(held_out, train))


def nearest(rows: Values, train: Values) -> float:
    """Returns the median distance of rows, with shape (N, F), to the nearest of the training rows."""

    blocks = [cdist(rows[start : start + BLOCK], train).min(axis=1) for start in range(0, len(rows), BLOCK)]

    return float(np.median(np.concatenate(blocks)))


def neighbors(rows: Values) -> int:
    """Returns the number of neighbors that a ball reaches to."""

    return min(NEIGHBORS, len(rows) - 1)


def radii(rows: Values) -> Values:
    """Returns the distance of each row to its k-th nearest other row, with shape (N,)."""

    # The nearest is the row itself.
    return np.asarray(np.partition(cdist(rows, rows), neighbors(rows), axis=1)[:, neighbors(rows)], dtype=np.float64)


def total_variance(rows: Values) -> float:
    """Returns the trace of the covariance, without missing cells."""

    return float(np.nanvar(rows[:, ~np.isnan(rows).all(axis=0)], axis=0).sum())


def ratio(one: float, other: float) -> float:
    """Returns a ratio; NaN over zero."""

    return float(one / other) if other > 0 else float("nan")
