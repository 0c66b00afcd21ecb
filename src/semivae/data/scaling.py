r"""Scaling of real values, fitted once and invertible: :math:`(v - c) / s`."""

from __future__ import annotations

__all__ = ["LARGEST", "real_variable", "refuse_infinite", "rounded", "warn_about_constants"]

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from semivae.data.classes import listed
from semivae.errors import DataError
from semivae.variables import Variable

LARGEST = 1e100  # the square of a larger value overflows, so that it counts as infinite


def real_variable(name: str, values: NDArray[np.float64], dtype: str) -> Variable:
    r"""Infers a real variable.

    Arguments:
        name: The name of the variable.
        values: Its values in the units of the user, with shape (N,); NaN where missing.
        dtype: The type in which the user holds them.

    Returns:
        The variable, whose scale is 1 if it is constant.
    """

    # Infinite values are refused later, in one error for all columns.
    observed = values[np.abs(values) <= LARGEST]
    missing = bool(np.isnan(values).any())

    if observed.size == 0:
        return Variable(name, "real", dtype=dtype, missing=missing)

    low, high = float(observed.min()), float(observed.max())
    center, scale = float(observed.mean()), float(observed.std())

    # The deviation of a constant column is zero only up to rounding.
    if low == high or scale <= max(10 * np.finfo(np.float64).eps * abs(center), np.finfo(np.float64).tiny):
        center, scale = low, 1.0

    return Variable(name, "real", low=low, high=high, center=center, scale=scale, dtype=dtype, missing=missing)


def refuse_infinite(values: NDArray[np.float64], names: Sequence[str]) -> None:
    r"""Checks that no value is infinite, or so large that it might as well be.

    Arguments:
        values: The values, with shape (N, P).
        names: The names of the columns.

    Raises:
        DataError: If there is one, naming the columns and the number of rows.
    """

    infinite: NDArray[np.bool_] = np.abs(values) > LARGEST

    if not infinite.any():
        return

    where = listed(name for name, column in zip(names, infinite.T, strict=True) if column.any())
    count = infinite.any(axis=1).sum()

    raise DataError(
        f"{count} of {len(values)} rows hold infinite values (or larger than {LARGEST:g}), in {where}",
        "values must be finite, or NaN where they are missing",
        "X = X.replace([np.inf, -np.inf], np.nan)  # or np.where(np.isinf(X), np.nan, X)",
    )


def rounded(values: NDArray[np.float64], dtype: np.dtype) -> NDArray[np.float64]:
    """Returns values as whole numbers that a type of integers or booleans can hold; NaN stays."""

    if dtype.kind == "b":
        return np.rint(values).clip(0, 1)

    limits = np.iinfo(dtype)
    # The largest 64-bit integer is no float, and the nearest float is too large.
    high = float(limits.max) if limits.bits < 64 else np.nextafter(float(limits.max), 0)

    return np.rint(values).clip(float(limits.min), high)


def warn_about_constants(variables: Iterable[Variable], rows: int) -> None:
    """Warns of columns that say nothing. A single row is not called constant."""

    variables = list(variables)
    constant = [v.name for v in variables if (v.low is not None and v.low == v.high) or len(v.classes) == 1]
    empty = [v.name for v in variables if v.low is None and not v.classes]

    if constant and rows > 1:
        warnings.warn(f"constant columns carry no information: {listed(constant)}", stacklevel=4)

    if empty:
        warnings.warn(f"columns without any value carry no information: {listed(empty)}", stacklevel=4)
