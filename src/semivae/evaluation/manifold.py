r"""Whether samples lie where rows lie: precision, recall, density and coverage, by balls around rows.

The ball of a row reaches to its k-th nearest other row. Precision is the share of samples within the ball of some row;
recall exchanges rows and samples. Density counts the balls around each sample, so that one row far out counts for
little; coverage is the share of rows with a sample in their ball.
"""

from __future__ import annotations

__all__ = ["sample_coverage", "sample_density", "sample_precision", "sample_recall"]

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from semivae.evaluation.registry import metric

Values = NDArray[np.float64]

NEIGHBORS = 5


@metric("sample_precision", "samples", "higher", "share of samples that lie among the rows", 2, "share", (0, 1))
def sample_precision(rows: Values, samples: Values) -> float:
    r"""Returns the share of samples within the ball of some row.

    .. math:: \frac{1}{M} \sum_m [\exists n: \lVert s_m - x_n \rVert \le r_n]

    References:
        | Improved Precision and Recall Metric for Assessing Generative Models (Kynkaanniemi et al., 2019)
        | https://arxiv.org/abs/1904.06991
    """

    return (cdist(rows, samples) <= radii(rows)[:, None]).any(axis=0).mean()


@metric("sample_recall", "samples", "higher", "share of rows that lie among the samples", 2, "share", (0, 1))
def sample_recall(rows: Values, samples: Values) -> float:
    r"""Returns the share of rows within the ball of some sample.

    .. math:: \frac{1}{N} \sum_n [\exists m: \lVert x_n - s_m \rVert \le r_m]

    References:
        | Improved Precision and Recall Metric for Assessing Generative Models (Kynkaanniemi et al., 2019)
        | https://arxiv.org/abs/1904.06991
    """

    return sample_precision(samples, rows)


@metric(
    "sample_density",
    "samples",
    "higher",
    "balls around rows that hold a sample, over their usual number",
    2,
    "ratio",
    (0, np.inf),
)
def sample_density(rows: Values, samples: Values) -> float:
    r"""Returns the mean number of balls of rows that hold a sample, over the number of neighbors; 1 is usual.

    .. math:: \frac{1}{k M} \sum_m \sum_n [\lVert s_m - x_n \rVert \le r_n]

    References:
        | Reliable Fidelity and Diversity Metrics for Generative Models (Naeem et al., 2020)
        | https://arxiv.org/abs/2002.09797
    """

    return (cdist(rows, samples) <= radii(rows)[:, None]).sum(axis=0).mean() / neighbors(rows)


@metric("sample_coverage", "samples", "higher", "share of rows with a sample among their neighbors", 2, "share", (0, 1))
def sample_coverage(rows: Values, samples: Values) -> float:
    r"""Returns the share of rows whose ball holds a sample.

    .. math:: \frac{1}{N} \sum_n [\exists m: \lVert x_n - s_m \rVert \le r_n]

    With as many samples as rows, samples of the same distribution cover :math:`1 - 2^{-k}`.

    References:
        | Reliable Fidelity and Diversity Metrics for Generative Models (Naeem et al., 2020)
        | https://arxiv.org/abs/2002.09797
    """

    return (cdist(rows, samples).min(axis=1) <= radii(rows)).mean()


def neighbors(rows: Values) -> int:
    """Returns the number of neighbors that a ball reaches to."""

    return min(NEIGHBORS, len(rows) - 1)


def radii(rows: Values) -> Values:
    """Returns the distance of each row to its k-th nearest other row, with shape (N,)."""

    # The nearest is the row itself.
    return np.asarray(np.partition(cdist(rows, rows), neighbors(rows), axis=1)[:, neighbors(rows)], dtype=np.float64)
