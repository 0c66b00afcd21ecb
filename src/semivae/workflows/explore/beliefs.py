r"""What a model believes about rows, target by target: a class or a number, and how sure it is."""

from __future__ import annotations

__all__ = ["Belief", "Goal", "beliefs", "goals_of"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from semivae.fitted import Fitted, Predictor
    from semivae.variables import Variable


@dataclass(frozen=True)
class Goal:
    r"""A target that a person labels.

    Attributes:
        name: Its name.
        classes: Its classes, in the order of the model; empty for a number.
        low: The smallest known number.
        high: The largest known number.
    """

    name: str
    classes: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, eq=False)
class Belief:
    r"""The beliefs about one target of some rows.

    Attributes:
        values: Codes of the most probable classes, or expected numbers, with shape (N,).
        confidence: The probability of that class; or 1 minus the deviation over the range of the target, with shape
            (N,).
        chances: The probability of each class, with shape (N, C); None for a number.
        spread: The deviation of a number, with shape (N,); None for a class.
    """

    values: NDArray[np.float64]
    confidence: NDArray[np.float64]
    chances: NDArray[np.float64] | None = None
    spread: NDArray[np.float64] | None = None


def goals_of(estimator: Fitted) -> list[Goal]:
    """Returns the targets of a model; none if it learned without one."""

    return [goal_of(variable) for variable in estimator.schema_.targets]


def goal_of(variable: Variable) -> Goal:
    """Returns a target."""

    low, high = (float(end) if end is not None else None for end in (variable.low, variable.high))
    classes = tuple(np.array(variable.classes, dtype=variable.dtype).tolist()) if variable.classes else ()

    return Goal(variable.name, classes, 0.0 if low is None else low, 1.0 if high is None else high)


def beliefs(estimator: Fitted, X: Any) -> list[Belief]:
    r"""Returns the beliefs about each target, in the order of :func:`goals_of`.

    Arguments:
        estimator: The model.
        X: The rows.
    """

    from semivae.fitted import Classifier, Predictor, Regressor

    goals = goals_of(estimator)

    match estimator:
        case Predictor():
            return list(of_several(estimator, X, goals))
        case Classifier():
            return [of_classes(estimator.predict_proba(X))]
        case Regressor():
            mean, deviation = estimator.predict(X, return_std=True)

            return [of_numbers(mean, deviation, goals[0])]

    return []


def of_several(estimator: Predictor, X: Any, goals: list[Goal]) -> Iterator[Belief]:
    """Yields the beliefs about each of several targets."""

    predicted = np.asarray(estimator.predict(X)).T
    # An interval of 68 % reaches one deviation to each side.
    lower, upper = (iter(np.asarray(end, dtype=float).T) for end in estimator.predict_interval(X, 0.6827))
    chances = iter(estimator.predict_proba(X))

    for goal, values in zip(goals, predicted, strict=True):
        if goal.classes:
            yield of_classes(next(chances))
        else:
            yield of_numbers(values.astype(float), (next(upper) - next(lower)) / 2, goal)


def of_classes(chances: NDArray[np.float64]) -> Belief:
    """Returns beliefs given the probability of each class, with shape (N, C)."""

    return Belief(chances.argmax(axis=1).astype(float), chances.max(axis=1), chances)


def of_numbers(mean: NDArray[np.float64], deviation: NDArray[np.float64], goal: Goal) -> Belief:
    """Returns beliefs given means and deviations of a number, each with shape (N,)."""

    share = deviation / max(goal.high - goal.low, 1e-12)

    return Belief(mean, np.clip(1 - share, 0, 1), spread=deviation)
