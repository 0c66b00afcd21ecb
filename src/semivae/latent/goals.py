r"""The goals of a search: numbers that are measured on decoded rows, or on latents, and the values that are wanted."""

from __future__ import annotations

__all__ = [
    "Believes",
    "Constraint",
    "Goal",
    "Predicts",
    "bounds",
    "maximize",
    "minimize",
    "named",
    "pareto",
    "probability",
    "readout",
    "target",
]

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semivae.errors import SettingError
from semivae.latent.numbers import column_of
from semivae.latent.space import Space

Values = NDArray[np.float64]

# What else is told of a design. A goal of such a name gets another one.
TAKEN = re.compile(
    "design|round|score|log_density_of_latent|p_value|pareto|predicted|trusted|reason|within_constraints|z[0-9]+"
)

# Below this probability, the logarithm no longer tells designs apart.
LEAST = 1e-9


class Predicts(Protocol):
    """A predictor of a number."""

    def predict(self, X: Any) -> Any:
        """Returns the expected value of each row, with shape (N,)."""
        ...


class Believes(Protocol):
    """A classifier."""

    @property
    def classes_(self) -> Any:
        """The classes, with shape (C,)."""
        ...

    def predict_proba(self, X: Any) -> Values:
        """Returns the probability of each class, with shape (N, C)."""
        ...


@dataclass(frozen=True)
class Goal:
    r"""A goal.

    Attributes:
        name: The name of the column of its values; names of other facts, such as "score", get "_value" behind.
        measure: Maps decoded rows to values, with shape (N,); a laboratory that is asked by hand has none.
        gain: Maps values to gains, higher is better.
        on_latents: Whether :py:`measure` takes latents with shape (N, D) in place of rows.
    """

    name: str
    measure: Callable[[Any], Any] | None
    gain: Callable[[Values], Values]
    on_latents: bool = False

    def __call__(self, z: Values, rows: Any) -> Values:
        r"""Returns the values of designs, with shape (N,).

        Raises:
            SettingError: If there is no function that measures, or it gives another number of values.
        """

        if self.measure is None:
            raise SettingError(
                f"the goal {self.name!r} has no function", "its values come from outside", "use Search.ask and .tell"
            )

        values = np.asarray(self.measure(z if self.on_latents else rows), dtype=np.float64)

        if values.shape != (len(z),):
            raise SettingError(
                f"the goal {self.name!r} gave values of shape {values.shape} for {len(z)} rows",
                "one number a row is needed",
                "return an array with shape (N,)",
            )

        return values


def named(goals: Sequence[Goal]) -> tuple[Goal, ...]:
    r"""Returns goals whose names are no other facts of a design: "score" becomes "score_value".

    Raises:
        SettingError: If there is no goal, or two have the same name.
    """

    found = tuple(replace(one, name=f"{one.name}_value") if TAKEN.fullmatch(one.name) else one for one in goals)
    names = [goal.name for goal in found]

    if not names or len(set(names)) < len(names):
        raise SettingError(f"goals={names}", "goals need names of their own", "goals=[maximize(f, 'name')]")

    return found


def maximize(measure: Callable[[Any], Any] | None, name: str = "value", on_latents: bool = False) -> Goal:
    """Returns the goal of a high value."""

    return Goal(name, measure, as_is, on_latents)


def minimize(measure: Callable[[Any], Any] | None, name: str = "value", on_latents: bool = False) -> Goal:
    """Returns the goal of a low value."""

    return Goal(name, measure, np.negative, on_latents)


def target(measure: Callable[[Any], Any] | None, wanted: float, name: str = "value", on_latents: bool = False) -> Goal:
    """Returns the goal of a value that is as close as possible to a wanted one."""

    return Goal(name, measure, lambda values: -np.abs(values - wanted), on_latents)


def probability(classifier: Believes, wanted: Any, name: str = "probability") -> Goal:
    r"""Returns the goal that decoded rows are of a class; gains are log-probabilities.

    Raises:
        SettingError: If there is no such class.
    """

    classes = list(classifier.classes_)

    if wanted not in classes:
        raise SettingError(
            f"class {wanted!r}", f"it must be one of {', '.join(map(str, classes))}", f"class {classes[0]!r}"
        )

    code = classes.index(wanted)

    return Goal(name, lambda rows: classifier.predict_proba(rows)[:, code], log)


def as_is(values: Values) -> Values:
    """Returns values as gains."""

    return values


def log(values: Values) -> Values:
    """Returns the logarithms of probabilities."""

    return np.log(np.maximum(values, LEAST))


def readout(space: Space, predict: Callable[[Any], Any], neighbors: int = 10) -> Callable[[Values], Values]:
    r"""Returns a predictor that reads latents: the mean prediction of the nearest encoded reference rows.

    It is the way of a joint predictor, which never sees a decoded row, for a predictor that takes rows.

    Arguments:
        space: The latent space beside reference rows.
        predict: Maps rows to values, with shape (N,).
        neighbors: The number of rows that are averaged.
    """

    from sklearn.neighbors import KNeighborsRegressor

    count = min(neighbors, len(space.latents))
    weights: Any = "distance"
    found = KNeighborsRegressor(count, weights=weights).fit(space.latents, np.asarray(predict(space.rows)))

    return lambda z: np.asarray(found.predict(z), dtype=np.float64)


@dataclass(frozen=True)
class Constraint:
    r"""A constraint on decoded rows: a number that has to lie within bounds. It costs no evaluation.

    Attributes:
        name: Its name.
        measure: Maps decoded rows to numbers, with shape (N,).
        low: The least number.
        high: The largest number.
    """

    name: str
    measure: Callable[[Any], Any]
    low: float = -np.inf
    high: float = np.inf

    def violation(self, rows: Any) -> Values:
        """Returns by how much rows miss the bounds, with shape (N,); 0 within them."""

        values = np.asarray(self.measure(rows), dtype=np.float64)

        return np.nan_to_num(np.maximum(np.maximum(self.low - values, values - self.high), 0.0), nan=np.inf)


def bounds(column: Any, low: float = -np.inf, high: float = np.inf) -> Constraint:
    """Returns the constraint that a column lies within bounds."""

    return Constraint(str(column), lambda rows: column_of(rows, column), low, high)


def pareto(gains: Values) -> NDArray[np.bool_]:
    r"""Marks the designs that no other one beats in every goal, with shape (N,).

    Arguments:
        gains: The gain of each design in each goal, with shape (N, M).
    """

    no_worse = (gains[:, None] >= gains[None]).all(axis=2)
    better = (gains[:, None] > gains[None]).any(axis=2)

    return np.logical_not(np.any(no_worse & better, axis=0))
