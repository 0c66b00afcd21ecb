r"""The cells of a frame as numbers, and how they differ from what the fit has seen."""

from __future__ import annotations

__all__ = ["Columns", "cells_of", "difference", "raw_column", "warn_about_valueless"]

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.kinds.columns import kind_of, numbers, stray
from semivae.data.kinds.dates import date_parts, part_cells, undated
from semivae.data.labels.classes import Cells, distinct, listed, look_up
from semivae.errors import DataError
from semivae.variables import Variable

Columns: TypeAlias = Mapping[str, Cells]


def cells_of(columns: Columns, name: str, variables: Sequence[Variable]) -> Sequence[Cells]:
    """Returns the cells of each variable that a column gives: of itself, or of the parts of a date."""

    first = variables[0]

    if not first.part or name not in columns:
        return [columns[variable.name] for variable in variables]

    parts = date_parts(columns[name], first.order)

    return [part_cells(parts, variable.part) for variable in variables]


def raw_column(column: Cells, variable: Variable) -> NDArray[np.float64]:
    """Returns the numbers of a column, or the indices of its classes, with shape (N,); NaN where missing."""

    if variable.valueless:
        return np.full(len(column), np.nan)

    if variable.kind == "real":
        return numbers(column)

    codes, values = distinct(column, variable.name)

    # Rare values count as missing in the fit, too, which said so.
    if not variable.rare:
        warn_about_unseen(codes, values, variable)

    codes = look_up(codes, values, variable.classes)

    return np.where(codes < 0, np.nan, codes)


def warn_about_valueless(columns: Sequence[Cells], variables: Sequence[Variable]) -> None:
    """Warns of values in columns that had none in the fit."""

    pairs = zip(columns, variables, strict=True)
    new = [variable.name for column, variable in pairs if variable.valueless and column.notna().any()]

    if new:
        warnings.warn(
            f"columns without any value in the fit hold values now, which count as missing: {listed(new)}",
            stacklevel=4,
        )


def difference(column: Cells, variable: Variable, whole: bool = False) -> str:
    r"""Returns how a column differs from what its variable says, in words, or nothing.

    Arguments:
        column: The column.
        variable: What it is, or one of its parts.
        whole: Whether the column holds whole dates where the variable is a part of them.
    """

    if variable.valueless:
        return ""

    if variable.part and whole:
        return not_dates(column, variable)

    checks: dict[str, Callable[[Cells, Variable], str]] = {"real": not_real, "category": not_category}

    return checks[variable.kind](column, variable)


def not_dates(column: Cells, variable: Variable) -> str:
    """Describes the first cell of a column that is no date; empty if all are dates."""

    odd = undated(column, variable.order)

    if odd.empty:
        return ""

    orders = " or ".join(dict.fromkeys(filter(None, ("yyyy-mm-dd", variable.order))))

    return f"column {variable.source!r} must hold dates ({orders}), but row {odd.index[0]} holds {odd.iloc[0]!r}"


def not_real(column: Cells, variable: Variable) -> str:
    """Describes the first cell of a column that is no number; empty if all are numbers."""

    if kind_of(column) == "real" or pd.api.types.is_bool_dtype(column.dtype):
        return ""

    row, example = stray(column)

    return f"column {variable.name!r} must be numeric, but holds {example!r} (row {row})"


def not_category(column: Cells, variable: Variable) -> str:
    """Describes why a column cannot hold categories; empty if it can."""

    try:
        distinct(column, variable.name)
    except DataError as error:
        return f"column {variable.name!r} must hold categories: {error.given}"

    return ""


def warn_about_unseen(codes: NDArray[np.int64], values: Sequence[object], variable: Variable) -> None:
    r"""Warns of categories that the fit had not, of which nothing can be known.

    Arguments:
        codes: The place of each cell among the values, with shape (N,); -1 where missing.
        values: The different values.
        variable: What the column was in the fit.
    """

    known = set(variable.classes)
    new = [i for i, value in enumerate(values) if value not in known]

    if new:
        rows = np.isin(codes, new).sum()
        warnings.warn(
            f"column {variable.name!r} has categories never seen in the fit, in {rows:,} of {len(codes):,} rows, taken "
            f"as missing: {listed([values[i] for i in new])} (known: {listed(variable.classes)})",
            stacklevel=4,
        )
