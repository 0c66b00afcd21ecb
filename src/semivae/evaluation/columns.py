r"""Whether the columns of samples are those of rows, one by one and together.

Each column of numbers is compared by its Wasserstein distance, each category by its total variation. A classifier that
is trained to tell samples from rows sees what these do not: how columns depend on each other.
"""

from __future__ import annotations

__all__ = ["column_distances", "two_sample_auc"]

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.registry import enough, metric

Values = NDArray[np.float64]
Columns = NDArray[np.int64]

# Fewer rows teach the classifier nothing.
ROWS = 20


def column_distances(rows: Values, samples: Values, columns: Columns) -> Values:
    r"""Returns the distance of rows and samples in each column, with shape (K,); NaN where a side has no known cell.

    Arguments:
        rows: Rows as numbers, with shape (N, F), NaN where missing.
        samples: Samples as numbers, with shape (M, F).
        columns: The column that each number belongs to, with shape (F,). A column of several numbers is a one-hot
            category.
    """

    found = []

    for column in np.unique(columns):
        one, other = (part[:, columns == column] for part in (rows, samples))
        one, other = (part[~np.isnan(part).any(axis=1)] for part in (one, other))
        distance = total_variation if one.shape[1] > 1 else wasserstein
        found.append(distance(one, other) if min(len(one), len(other)) else float("nan"))

    return np.array(found)


def wasserstein(rows: Values, samples: Values) -> float:
    """Returns the Wasserstein distance of two columns of numbers, with shapes (N, 1) and (M, 1)."""

    from scipy.stats import wasserstein_distance

    return float(wasserstein_distance(rows[:, 0], samples[:, 0]))


def total_variation(rows: Values, samples: Values) -> float:
    """Returns the total variation of two one-hot categories, with shapes (N, C) and (M, C)."""

    return float(0.5 * np.abs(rows.mean(axis=0) - samples.mean(axis=0)).sum())


def mean_distance(rows: Values, samples: Values, columns: Columns, categories: bool) -> float:
    """Returns the mean distance of the columns that are categories, or that are numbers; NaN if there are none."""

    numbers = np.array([(columns == column).sum() for column in columns])
    kept = (numbers > 1) == categories
    found = column_distances(rows[:, kept], samples[:, kept], columns[kept])
    known = found[~np.isnan(found)]

    return float(known.mean()) if len(known) else float("nan")


@metric(
    "number_distance",
    "columns",
    "lower",
    "mean Wasserstein distance of columns of numbers",
    1,
    "deviations",
    (0, np.inf),
)
def number_distance(rows: Values, samples: Values, columns: Columns) -> float:
    r"""Returns the mean over columns of numbers of their Wasserstein distance; numbers come in standard deviations.

    .. math:: \frac{1}{J} \sum_j \int \lvert F_j(t) - G_j(t) \rvert \, \mathrm{d} t

    References:
        | Modeling Tabular Data using Conditional GAN (Xu et al., 2019)
        | https://arxiv.org/abs/1907.00503

        | Computational Optimal Transport (Peyre and Cuturi, 2019)
        | https://arxiv.org/abs/1803.00567
    """

    return mean_distance(rows, samples, columns, False)


@metric("category_distance", "columns", "lower", "mean total variation of columns of categories", 1, "share", (0, 1))
def category_distance(rows: Values, samples: Values, columns: Columns) -> float:
    r"""Returns the mean over categories of their total variation.

    .. math:: \frac{1}{J} \sum_j \frac{1}{2} \sum_c \lvert P(x_j = c) - P(s_j = c) \rvert

    References:
        | On choosing and bounding probability metrics (Gibbs and Su, 2002)
        | https://arxiv.org/abs/math/0209021
    """

    return mean_distance(rows, samples, columns, True)


@metric(
    "two_sample_auc", "columns", 0.5, "area under the ROC curve of a classifier of rows and samples", 1, "share", (0, 1)
)
def two_sample_auc(rows: Values, samples: Values, columns: Columns) -> float:
    r"""Returns how well boosted trees tell samples from rows that they were not trained on; 0.5 is not at all.

    .. math:: P(c(s) > c(x))

    Each half of both is scored by trees that are trained on the other half.

    Raises:
        DataError: If there are fewer than 20 rows or samples.

    References:
        | Revisiting Classifier Two-Sample Tests (Lopez-Paz and Oquab, 2016)
        | https://arxiv.org/abs/1610.06545
    """

    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    enough("two_sample_auc", len(rows), ROWS, "rows")
    enough("two_sample_auc", len(samples), ROWS)
    x, y = np.concatenate([rows, samples]), np.repeat([0, 1], [len(rows), len(samples)])
    trees = HistGradientBoostingClassifier(max_iter=50, random_state=0)
    halves = StratifiedKFold(2, shuffle=True, random_state=0)
    scores = np.asarray(cross_val_predict(trees, x, y, cv=halves, method="predict_proba"))[:, 1]

    # Each half has trees of its own, whose scores are not comparable.
    return float(np.mean([roc_auc_score(y[part], scores[part]) for _, part in halves.split(x, y)]))
