r"""Scaling of real values, fitted once and invertible: :math:`(v - c) / s`."""

from __future__ import annotations

__all__ = [
    "LARGEST",
    "Moments",
    "infinite_values",
    "refuse_infinite",
    "refuse_valueless",
    "rounded",
]

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from semivae.data.labels.classes import listed
from semivae.errors import DataError
from semivae.variables import Variable

LARGEST = 1e100  # the square of a larger value overflows, so that it counts as infinite


@dataclass(frozen=True)
class Moments:
    r"""Moments of real values, from which their center, scale and range follow. Moments of blocks of rows merge.

    References:
        | Formulas for Robust, One-Pass Parallel Computation of Covariances (Pebay, 2008)
        | https://doi.org/10.2172/1028931

    Attributes:
        count: The number of observed values.
        mean: Their mean.
        squares: The sum of their squared deviations from the mean, over the square of the unit.
        unit: A power of two near the largest deviation; squares in this unit neither overflow, vanish nor round.
        low: The smallest, infinity if there is none.
        high: The largest, minus infinity if there is none.
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    unit: float = 1.0
    low: float = np.inf
    high: float = -np.inf

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Self:
        """Returns the moments of values with shape (N,). NaN and values that count as infinite are left out."""

        observed = values[np.abs(values) <= LARGEST]

        if observed.size == 0:
            return cls()

        low, high, mean = float(observed.min()), float(observed.max()), float(observed.mean())
        unit = power_of_two(max(high - mean, mean - low))
        squares = float(np.square((observed - mean) / unit).sum())

        return cls(observed.size, mean, squares, unit, low, high)

    def merge(self, other: Moments) -> Moments:
        """Returns the merged moments of both."""

        if not self.count or not other.count:
            return self if self.count else other

        count = self.count + other.count
        distance = other.mean - self.mean
        unit = max(self.unit, other.unit, power_of_two(abs(distance)))
        within = sum(part.squares * (part.unit / unit) ** 2 for part in (self, other))

        return Moments(
            count,
            self.mean + distance * other.count / count,
            within + (distance / unit) ** 2 * self.count * other.count / count,
            unit,
            min(self.low, other.low),
            max(self.high, other.high),
        )

    def variable(self, name: str, dtype: str, missing: bool) -> Variable:
        """Returns a variable for these values; if all are equal, its center is the smallest and its scale 1."""

        if not self.count:
            return Variable(name, "real", dtype=dtype, missing=missing)

        low, high, center, scale = self.low, self.high, self.mean, self.unit * math.sqrt(self.squares / self.count)

        # A smaller deviation is rounding: the values were equal before they were computed.
        if low == high or scale <= max(10 * np.finfo(np.float64).eps * abs(center), np.finfo(np.float64).tiny):
            center, scale = low, 1.0

        return Variable(name, "real", low=low, high=high, center=center, scale=scale, dtype=dtype, missing=missing)


def power_of_two(value: float) -> float:
    """Returns the power of two just above a value; the smallest float for 0."""

    return math.ldexp(1.0, max(math.frexp(value)[1], -1074) if value else -1074)


def refuse_infinite(values: NDArray[np.float64], names: Sequence[str]) -> None:
    r"""Checks that no value is infinite or too large.

    Arguments:
        values: The values, with shape (N, P).
        names: The names of the columns.

    Raises:
        DataError: If there is one, naming the columns and the number of rows.
    """

    infinite: NDArray[np.bool_] = np.abs(values) > LARGEST

    if infinite.any():
        where = [name for name, column in zip(names, infinite.T, strict=True) if column.any()]
        raise infinite_values(int(infinite.any(axis=1).sum()), len(values), where)


def infinite_values(count: int, rows: int, names: Iterable[str]) -> DataError:
    """Returns the error for rows that hold infinite values in some columns."""

    return DataError(
        f"{count} of {rows} rows hold infinite values (or larger than {LARGEST:g}), in {listed(names)}",
        "values must be finite, or NaN where they are missing",
        "X = X.replace([np.inf, -np.inf], np.nan)  # or np.where(np.isinf(X), np.nan, X)",
    )


def rounded(values: NDArray[np.float64], dtype: np.dtype) -> NDArray[np.float64]:
    """Rounds values to whole numbers in the range of an integer or boolean type; NaN stays."""

    if dtype.kind == "b":
        return np.rint(values).clip(0, 1)

    limits = np.iinfo(dtype)
    # The largest 64-bit integer is no float, and the nearest float is too large.
    high = float(limits.max) if limits.bits < 64 else np.nextafter(float(limits.max), 0)

    return np.rint(values).clip(float(limits.min), high)


def refuse_valueless(variables: Sequence[Variable]) -> None:
    r"""Checks that some column holds a value.

    Raises:
        DataError: If all are empty.
    """

    names = [variable.name for variable in variables if variable.valueless]

    if names and len(names) == len(variables):
        raise DataError(
            f"no cell holds a value, in {listed(names)}",
            "at least one column must hold values",
            "give the rows as they were before the values were lost",
        )
