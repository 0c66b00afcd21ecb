r"""The registry of metrics: functions from arrays to a number, each with its direction, unit, range and meaning."""

from __future__ import annotations

__all__ = ["Metric", "Subject", "enough", "measure", "metric", "metrics"]

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError
from semivae.evaluation.intervals import Estimate
from semivae.registry import Registry

LOG = logging.getLogger(__name__)

Subject = Literal[
    "classes",
    "numbers",
    "density",
    "levels",
    "reconstruction",
    "images",
    "samples",
    "features",
    "columns",
    "judged",
    "asked",
    "modes",
    "variety",
    "novelty",
    "latents",
    "posterior",
    "prior",
    "paths",
    "clusters",
    "factors",
    "importances",
    "strings",
]
Better = Literal["higher", "lower"] | float | None

F = TypeVar("F", bound=Callable[..., float])


@dataclass(frozen=True)
class Metric:
    r"""A metric.

    Attributes:
        subject: The subject that it measures, which decides its arguments. F is a number of features.

            - "classes": codes of the true classes, with shape (N,), -1 for a class that the model does not know;
              probabilities, with shape (N, C).
            - "numbers": true values; predicted means; lower and upper ends of 90% intervals; standard deviations; each
              with shape (N,).
            - "density": log-densities, with shape (N,).
            - "levels": log-probabilities, and the number of dimensions of each row, each with shape (N,).
            - "reconstruction": rows as numbers, NaN where missing; decoded rows; each with shape (N, F).
            - "images": images; decoded images; each with shape (N, channels, height, width).
            - "samples": rows, with shape (N, F); samples, with shape (M, F).
            - "features": features of rows, with shape (N, F), and of samples, with shape (M, F), by one network.
            - "columns": rows as numbers, with shape (N, F), NaN where missing; samples, with shape (M, F); the column
              that each number belongs to, with shape (F,): a column of several numbers is a one-hot category.
            - "judged": class probabilities of samples by an independent classifier, with shape (M, C).
            - "asked": the classes that samples were asked for; the classes that a judge puts them in; with shape (M,).
            - "modes": the classes of rows, with shape (N,), and the classes that a judge puts samples in, with shape
              (M,).
            - "variety": rows, with shape (N, F), and their classes; decoder means, with shape (M, F), and the classes
              that they were asked for.
            - "novelty": samples, held-out rows and training rows, each with shape (*, F).
            - "latents": posterior means, with shape (N, D).
            - "posterior": posterior means and standard deviations, each with shape (N, D).
            - "prior": draws from the posteriors of rows and from the prior, each with shape (*, D).
            - "paths": decoded points of paths, with shape (P, T, F), and their latents, with shape (P, T, D).
            - "clusters": the classes of rows and the clusters that they are in, each with shape (N,).
            - "factors": latents, with shape (N, D), and the true factors of the rows, with shape (N, K).
            - "importances": the importance of each unit for each factor, with shape (D, K); the share of each factor's
              variance that all units predict, with shape (K,).
            - "strings": new strings, with shape (M,), in a form that equal ones share, empty where they are not valid;
              training strings, with shape (N,).
        better: Whether higher or lower values are better; the best value, from which both sides are worse; or
            None where neither direction is better.
        meaning: One line for tables and reports.
        function: The function.
        rows: The fewest rows for which it is defined.
        unit: The unit of its value.
        range: Its lowest and highest value.
    """

    subject: Subject
    better: Better
    meaning: str
    function: Callable[..., float]
    rows: int = 1
    unit: str = ""
    range: tuple[float, float] = (-np.inf, np.inf)

    @property
    def direction(self) -> str:
        """The values that are better, in words."""

        if self.better is None:
            return "neither is better"

        return f"{self.better} is better" if isinstance(self.better, str) else f"best at {self.better:g}"

    def __call__(self, *arrays: NDArray[Any]) -> Estimate:
        """Returns the value; NaN for fewer rows than it is defined for."""

        found = self.function(*arrays) if len(arrays[0]) >= self.rows else float("nan")
        found = found if isinstance(found, Estimate) else Estimate(found)
        found.range = self.range

        return found


metrics: Registry[Metric] = Registry("metric")


def metric(
    name: str,
    subject: Subject,
    better: Better,
    meaning: str,
    rows: int = 1,
    unit: str = "",
    range: tuple[float, float] = (-np.inf, np.inf),
) -> Callable[[F], F]:
    """Returns a decorator that registers a function as a metric; the arguments are those of :class:`Metric`.

    The docstring of the function gets a line with its unit, range and direction.
    """

    def store(function: F) -> F:
        metrics.register(name)(Metric(subject, better, meaning, function, rows, unit, range))
        low, high = (f"{end:g}" for end in range)
        facts = f"Unit: {unit or 'none'}. Range: {low} to {high}. Direction: {metrics[name].direction}."
        function.__doc__ = f"{inspect.getdoc(function) or meaning}\n\n{facts}"

        return function

    return store


def measure(subject: Subject, *arrays: NDArray[Any]) -> dict[str, float]:
    """Returns every metric of a subject, by name; :class:`Metric` describes the arrays.

    A metric that needs more rows is NaN, and the log says how many.
    """

    return {name: attempted(name, *arrays) for name in metrics if metrics[name].subject == subject}


def attempted(name: str, *arrays: NDArray[Any]) -> float:
    """Returns the value of a metric; NaN where it refuses the arrays, with the reason in the log."""

    try:
        return metrics[name](*arrays)
    except DataError as error:
        LOG.info(f"{name}: {error}")

        return Estimate("nan")


def enough(name: str, given: int, needed: int, noun: str = "samples") -> None:
    r"""Checks that there are enough rows for a metric.

    Raises:
        DataError: If there are fewer than needed; the message has the number.
    """

    if given < needed:
        raise DataError(
            f"{given:,} {noun} are too few for {name}",
            f"it needs at least {needed:,}",
            f"give {needed:,} {noun} or more",
        )
