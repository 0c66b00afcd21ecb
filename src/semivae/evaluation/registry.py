r"""The registry of metrics: functions from arrays to a number, each with its direction and meaning."""

from __future__ import annotations

__all__ = ["Metric", "Subject", "measure", "metric", "metrics"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from numpy.typing import NDArray

from semivae.registry import Registry

Subject = Literal[
    "classes",
    "numbers",
    "density",
    "levels",
    "reconstruction",
    "samples",
    "asked",
    "variety",
    "novelty",
    "latents",
    "prior",
]

F = TypeVar("F", bound=Callable[..., float])


@dataclass(frozen=True)
class Metric:
    r"""A metric.

    Attributes:
        subject: The subject that it measures, which decides its arguments. F is a number of features.

            - "classes": codes of the true classes, with shape (N,), -1 for a class that the model does not know;
              probabilities, with shape (N, C).
            - "numbers": true values; predicted means; lower and upper ends of 90% intervals; each with shape (N,).
            - "density": log-densities, with shape (N,).
            - "reconstruction": rows as numbers, NaN where missing; decoded rows; each with shape (N, F).
            - "samples": rows, with shape (N, F); samples, with shape (M, F).
            - "asked": the classes that samples were asked for; the classes that a judge puts them in; with shape (M,).
            - "variety": rows, with shape (N, F), and their classes; decoder means, with shape (M, F), and the classes
              that they were asked for.
            - "novelty": samples, held-out rows and training rows, each with shape (*, F).
            - "latents": posterior means, with shape (N, D).
            - "prior": draws from the posteriors of rows and from the prior, each with shape (*, D).
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
