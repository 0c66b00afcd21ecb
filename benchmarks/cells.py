r"""How much the samples of a table look like its rows, beside two generators that take no training.

A boosting classifier learns to tell samples from rows. Its area under the curve is .5 where it cannot, and 1 where it
always can. Two yardsticks are measured the same way: columns that are drawn independently, each from its own values,
and a Gaussian copula, which keeps each column and the rank correlation of each two.

References:
    | Revisiting Classifier Two-Sample Tests (Lopez-Paz and Oquab, 2017)
    | https://arxiv.org/abs/1610.06545
"""

from __future__ import annotations

__all__ = ["copula", "independent", "of_cells"]

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from semivae.evaluation import Exam
from semivae.fitted import Fitted

ROWS = 2000


def of_cells(fitted: Fitted, exam: Exam) -> dict[str, float | str]:
    """Returns how the samples of a table differ from its held-out rows."""

    random = np.random.default_rng(exam.seed)
    rows = exam.test.iloc[random.permutation(len(exam.test))[:ROWS]]
    made = fitted.sample(len(rows), random_state=exam.seed)
    others = {"": made, "_independent": independent(exam.train, len(rows), random)}
    others["_copula"] = copula(exam.train, len(rows), random)
    told = {f"told_apart{name}": told_apart(exam.train, rows, table, exam.seed) for name, table in others.items()}

    return {**told, **missing(rows, made), **whole(exam.train, made), **ends(exam.train, rows, made)}


def told_apart(train: pd.DataFrame, rows: pd.DataFrame, made: pd.DataFrame, seed: int) -> float:
    """Returns the area under the curve of a classifier that tells samples from rows, by three-fold cross-validation."""

    x = np.concatenate([ordinals(train, rows), ordinals(train, made)])
    y = np.repeat([0, 1], [len(rows), len(made)])
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    method = HistGradientBoostingClassifier(random_state=seed)

    return float(roc_auc_score(y, cross_val_predict(method, x, y, cv=folds, method="predict_proba")[:, 1]))


def ordinals(train: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.float64]:
    """Returns a table as numbers, each category as its position among those of the training rows; NaN where missing."""

    known = numbers(train)
    found = {name: pd.Index(sorted(train[name].dropna().unique())) for name in train if name not in known}
    places = {name: index.get_indexer(table[name]).astype(float) for name, index in found.items()}

    return np.column_stack(
        [
            table[name].to_numpy(float, na_value=np.nan)
            if name in known
            else np.where(places[name] < 0, np.nan, places[name])
            for name in train
        ]
    )


def independent(table: pd.DataFrame, n: int, random: np.random.Generator) -> pd.DataFrame:
    """Returns n rows in which each cell is drawn from its column alone."""

    return pd.DataFrame({name: table[name].to_numpy()[random.integers(len(table), size=n)] for name in table})


def copula(table: pd.DataFrame, n: int, random: np.random.Generator) -> pd.DataFrame:
    r"""Returns n rows drawn from a Gaussian copula with the columns of a table.

    A latent normal for each column has the ranks of its cells. Equal cells get their ranks in random order, so that a
    category lies between two thresholds; missing cells lie below all others.
    """

    rows = len(table)
    columns = [codes(table[name]) for name in table]
    order = np.column_stack([np.lexsort((random.random(rows), column)) for column in columns])
    z = np.empty(order.shape)
    np.put_along_axis(z, order, norm.ppf((np.arange(rows) + 0.5) / rows)[:, None], axis=0)
    drawn = random.multivariate_normal(np.zeros(len(z.T)), correlations(z, columns), n)
    ranks = (norm.cdf(drawn) * rows).astype(int).clip(max=rows - 1)

    return pd.DataFrame({name: table[name].to_numpy()[order[ranks[:, j], j]] for j, name in enumerate(table)})


def correlations(z: NDArray[np.float64], columns: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    r"""Returns the correlations of latent normals, with shape (P, P).

    The random order of equal cells hides a part of the correlation: with :math:`m` the mean latent of equal cells,
    :math:`\mathrm{Cov}(m_i, m_j) \approx \rho_{ij} \mathrm{Var}(m_i) \mathrm{Var}(m_j)`, exactly if one is continuous.
    """

    means = [pd.Series(latent).groupby(column).transform("mean") for latent, column in zip(z.T, columns, strict=True)]
    covariance = np.cov(means)
    variance = np.diag(covariance).clip(1e-9)
    found = (covariance / np.outer(variance, variance)).clip(-0.99, 0.99)
    np.fill_diagonal(found, 1.0)

    # Estimates of single entries need not be a correlation matrix: the nearest one has no negative eigenvalue.
    values, vectors = np.linalg.eigh(found)
    found = (vectors * values.clip(1e-6)) @ vectors.T

    return found / np.sqrt(np.outer(np.diag(found), np.diag(found)))


def codes(column: pd.Series) -> NDArray[np.int64]:
    """Returns the position of each cell among the sorted values of its column, -1 where it is missing."""

    return pd.factorize(column, sort=True)[0]


def missing(rows: pd.DataFrame, made: pd.DataFrame) -> dict[str, float]:
    """Returns the shares of missing cells, and the largest difference in a column."""

    return {
        "missing_rows": float(rows.isna().mean().mean()),
        "missing_samples": float(made.isna().mean().mean()),
        "missing_gap": float((rows.isna().mean() - made.isna().mean()).abs().max()),
    }


def whole(train: pd.DataFrame, made: pd.DataFrame) -> dict[str, float]:
    """Returns the share of sampled cells that are whole, in the columns whose values are all whole."""

    known = [name for name in numbers(train) if (train[name].dropna() % 1 == 0).all()]
    cells = made[known].astype(float).to_numpy() % 1

    return {"whole": float((cells[~np.isnan(cells)] == 0).mean()) if known else float("nan")}


def ends(train: pd.DataFrame, rows: pd.DataFrame, made: pd.DataFrame) -> dict[str, float | str]:
    """Returns by how much samples are more often at an end of the observed range than rows, at the worst end."""

    found = {}

    for name in numbers(train):
        for end, value in (("lowest", train[name].min()), ("highest", train[name].max())):
            found[f"{name}, {end}"] = float((made[name] == value).mean() - (rows[name] == value).mean())

    worst = max(found, key=lambda name: abs(found[name]))

    return {"ends_gap": found[worst], "ends_gap_at": worst}


def numbers(table: pd.DataFrame) -> list[str]:
    """Returns the names of the columns of numbers."""

    return list(table.select_dtypes("number").columns)
