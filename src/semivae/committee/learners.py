r"""The simple learners of a committee. A new learner is one line of the table at the end.

Trees and linear models are good with few labels where networks are too sure of themselves, and their errors differ.
Some of them read the latent: so the unlabeled rows, from which the latent was learned, count.
"""

from __future__ import annotations

__all__ = ["Learner", "Reads", "learners"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from semivae.committee.linear import Linear, ridge_regression, scaled
from semivae.committee.trees import Trees
from semivae.committee.vectors import discriminant, logistic_of_vector, ridge_of_vector, self_taught
from semivae.registry import Registry
from semivae.variables import RowForm

Reads: TypeAlias = Literal["row", "latent", "both"]
Rows: TypeAlias = NDArray[np.float64]

# Trees of a forest. More change the second decimal of no accuracy in trials, and cost time.
TREES = 100

# The inverse weight of the squared weights of a logistic regression, half as strong as by default: in trials with 50
# labels of ten tables, the log loss fell from 0.62 to 0.56.
LOGISTIC = 0.3

# The weights of the squared weights of a ridge regression, of numbers with a deviation of 1.
PENALTIES = np.logspace(-1, 4, 16)


class Learned(Protocol):
    """A learner after its fit."""

    def predict(self, x: Rows) -> NDArray[np.float64]:
        """Returns class probabilities, with shape (N, C), or values, with shape (N, 1)."""
        ...


Learn: TypeAlias = Callable[[Rows, NDArray[Any], Rows, int], Any]


@dataclass(frozen=True)
class Learner:
    r"""A simple learner.

    Attributes:
        title: Its name in a table.
        reads: Whether it reads the row, its latent, or both.
        target: The form of target that it learns.
        learn: Maps labeled rows with shape (L, F), dense or sparse, their codes or values (L,), all rows (N, F) and a
            seed to what was learned.
        of: The forms of rows that it suits.
        unlabeled: Whether it learns from unlabeled rows, even if it does not read the latent.
    """

    title: str
    reads: Reads
    target: Literal["category", "real"]
    learn: Learn
    of: tuple[RowForm, ...] = ("table", "bag", "vector")
    unlabeled: bool = False

    @property
    def from_labels(self) -> bool:
        """Whether it learns from labels alone."""

        return self.reads == "row" and not self.unlabeled

    def suits(self, target: str, form: RowForm) -> bool:
        """Whether it learns a form of target from a form of rows."""

        return self.target == target and form in self.of


learners: Registry[Learner] = Registry("learner")


def trees(method: Callable[[int], Any]) -> Learn:
    """Returns the learning of the trees of a method of scikit-learn, which gets a seed."""

    return lambda x, y, everything, seed: Trees.of(method(seed).fit(x, y))


def forest(seed: int) -> Any:
    """Returns a random forest of classes."""

    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(TREES, random_state=seed)


def extra(seed: int) -> Any:
    """Returns extremely randomized trees of classes, which suit few labels: they split at random values."""

    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(TREES, random_state=seed)


def forest_of_values(seed: int) -> Any:
    """Returns a random forest of a number."""

    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(TREES, random_state=seed)


def extra_of_values(seed: int) -> Any:
    """Returns extremely randomized trees of a number."""

    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(TREES, random_state=seed)


def logistic(x: Rows, y: NDArray[Any], everything: Rows, seed: int) -> Linear:
    """Learns a logistic regression."""

    from sklearn.linear_model import LogisticRegression

    center, scale = spread(everything)
    found: Any = LogisticRegression(C=LOGISTIC, max_iter=2000).fit(scaled(x, center, scale), y)
    weight, bias = found.coef_.T, found.intercept_

    # Two classes have one column, for the odds of the second.
    if len(found.classes_) == 2:
        weight, bias = (np.concatenate([0 * part, part], axis=-1) for part in (weight, bias))

    return Linear(center, scale, weight, bias)


def ridge(x: Rows, y: NDArray[Any], everything: Rows, seed: int) -> Linear:
    """Learns a ridge regression, whose penalty is chosen by leaving labels out."""

    return ridge_regression(x, y, *spread(everything), PENALTIES)


def spread(rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the mean and the standard deviation of each number, each with shape (F,); 1 for a constant.

    Sparse rows have a mean of 0, so that they stay sparse.
    """

    if issparse(rows):
        from sklearn.utils.sparsefuncs import mean_variance_axis

        found: Any = mean_variance_axis(rows, axis=0)
        deviation, center = np.sqrt(found[1]), np.zeros(rows.shape[1])
    else:
        deviation, center = rows.std(axis=0), rows.mean(axis=0)

    return center, np.where(deviation > 0, deviation, 1.0)


CELLS: tuple[RowForm, ...] = ("table", "bag")
ONE_UNIT: tuple[RowForm, ...] = ("bag", "vector")

LEARNERS: tuple[tuple[str, Learner], ...] = (
    ("forest", Learner("forest", "row", "category", trees(forest), CELLS)),
    ("extra_trees", Learner("extra trees", "row", "category", trees(extra), CELLS)),
    ("extra_trees_of_both", Learner("extra trees on row and latent", "both", "category", trees(extra), CELLS)),
    ("logistic", Learner("logistic regression", "row", "category", logistic, ("table",))),
    ("logistic_of_latent", Learner("logistic regression on latent", "latent", "category", logistic, CELLS)),
    ("logistic_of_vector", Learner("logistic regression", "row", "category", logistic_of_vector, ONE_UNIT)),
    ("discriminant", Learner("linear discriminant", "row", "category", discriminant, ("vector",))),
    ("self_taught", Learner("self-taught logistic regression", "row", "category", self_taught, ONE_UNIT, True)),
    ("forest_of_values", Learner("forest", "row", "real", trees(forest_of_values))),
    ("extra_trees_of_values", Learner("extra trees", "row", "real", trees(extra_of_values))),
    (
        "extra_trees_of_values_of_both",
        Learner("extra trees on row and latent", "both", "real", trees(extra_of_values)),
    ),
    ("ridge", Learner("ridge regression", "row", "real", ridge, ("table",))),
    ("ridge_of_vector", Learner("ridge regression", "row", "real", ridge_of_vector, ONE_UNIT)),
    ("ridge_of_latent", Learner("ridge regression on latent", "latent", "real", ridge)),
)

for name, learner in LEARNERS:
    learners.register(name)(learner)
