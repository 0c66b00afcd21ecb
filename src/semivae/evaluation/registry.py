r"""The registry of metrics: functions from arrays to a number, each with its direction and meaning."""

from __future__ import annotations

__all__ = ["Metric", "Subject", "measure", "metric", "metrics"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from numpy.typing import NDArray

from semivae.registry import Registry

# Predicted classes, predicted numbers with intervals, a density, or probabilities of levels.
Subject = Literal["classes", "numbers", "density", "levels"]

F = TypeVar("F", bound=Callable[..., float])


@dataclass(frozen=True)
class Metric:
    r"""A metric.

    Attributes:
        subject: The predictions that it measures, which decide its arguments.

            - "classes": codes of the true classes, with shape (N,), -1 for a class that the model does not know;
              probabilities, with shape (N, C).
            - "numbers": true values; predicted means; lower and upper ends of 90% intervals; each with shape (N,).
            - "density": log-densities, with shape (N,).
            - "levels": log-probabilities, and the number of dimensions of each row, each with shape (N,).
        better: Whether higher or lower values are better; or the best value, from which both sides are worse.
        meaning: One line for tables and reports.
        function: The function.
        rows: The fewest rows for which it is defined.
    """

    subject: Subject
    better: Literal["higher", "lower"] | float
    meaning: str
    function: Callable[..., float]
    rows: int = 1

    def __call__(self, *arrays: NDArray[Any]) -> float:
        """Returns the value; NaN for fewer rows than it is defined for."""

        return float(self.function(*arrays)) if len(arrays[0]) >= self.rows else float("nan")


metrics: Registry[Metric] = Registry("metric")


def metric(
    name: str, subject: Subject, better: Literal["higher", "lower"] | float, meaning: str, rows: int = 1
) -> Callable[[F], F]:
    """Returns a decorator that registers a function as a metric; the arguments are those of :class:`Metric`."""

    def store(function: F) -> F:
        metrics.register(name)(Metric(subject, better, meaning, function, rows))

        return function

    return store


def measure(subject: Subject, *arrays: NDArray[Any]) -> dict[str, float]:
    """Returns every metric of a subject, by name; :class:`Metric` describes the arrays."""

    return {name: metrics[name](*arrays) for name in metrics if metrics[name].subject == subject}
