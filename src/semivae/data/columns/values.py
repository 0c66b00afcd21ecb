r"""One column of a frame: its kind, its values as numbers, and numbers back to a column."""

from __future__ import annotations

__all__ = ["is_ordered", "kind_of", "numbers", "real_dtype", "refuse_kind", "restored_numbers", "stray"]

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from semivae.data.columns.dates import is_date
from semivae.data.columns.scaling import rounded
from semivae.data.labels.classes import Cells, is_text
from semivae.errors import DataError
from semivae.variables import Variable

REAL = {"integer", "floating", "mixed-integer-float", "decimal", "empty"}

# Contents of columns of objects, by pandas' name, that are neither numbers nor categories.
KINDS = {
    **dict.fromkeys(("datetime64", "datetime", "date"), "date"),
    **dict.fromkeys(("timedelta64", "timedelta"), "duration"),
    **{"time": "clock", "period": "period", "interval": "interval", "complex": "complex"},
}

# Columns that cannot be modeled as they are, each with a line that converts it.
UNUSABLE = {
    "date": ("dates or times", "({column} - {column}.min()).dt.total_seconds()"),
    "duration": ("durations", "pandas.to_timedelta({column}).dt.total_seconds()"),
    "clock": ("times of day", "[None if pandas.isna(t) else t.hour + t.minute / 60 for t in {column}]"),
    "period": ("periods", "pandas.PeriodIndex({column}).to_timestamp()"),
    "interval": ("intervals", "pandas.IntervalIndex({column}).mid"),
}


def real_dtype(dtype: Any) -> str:
    """Returns the type for decoded numbers: that of the column if numeric, else float."""

    return str(dtype) if types.is_numeric_dtype(dtype) else "float64"


@cache
def dtype_of(name: str) -> Any:
    """Returns the type of a name, cached because pandas is slow to find it."""

    return types.pandas_dtype(name)


def refuse_kind(kind: str, name: str) -> None:
    r"""Checks that a column can be modeled as it is.

    Raises:
        DataError: If it cannot; with a line that fixes it.
    """

    if kind == "complex":
        raise DataError(f"Complex data not supported, in column {name!r}")

    if kind in UNUSABLE:
        what, change = UNUSABLE[kind]
        column = f"X[{name!r}]"

        raise DataError(
            f"column {name!r} holds {what}",
            "it must hold numbers or categories",
            f"{column} = {change.format(column=column)}  # or leave the column out",
        )


def kind_of(column: Cells) -> str:
    r"""Judges a column by its type or, if that is unclear, by its values.

    Returns:
        "real", also for a column without any value; "category" or "date"; or unusable content.
    """

    dtype = column.dtype

    if types.is_complex_dtype(dtype):
        return "complex"

    if types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype):
        return "real"

    if bool(column.isna().all()):
        return "real"

    if types.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        return "category"

    if types.is_datetime64_any_dtype(dtype):
        return "date"

    inferred = types.infer_dtype(column, skipna=True)

    if inferred in REAL:
        return "real"

    # Dates beside dates with a time are "mixed".
    return KINDS.get(inferred) or ("date" if all(map(is_date, column.dropna())) else "category")


def is_ordered(column: Cells) -> bool:
    """Whether the type of a column says the order of its values."""

    return isinstance(column.dtype, pd.CategoricalDtype) and bool(column.dtype.ordered)


def stray(column: Cells) -> tuple[object, object]:
    """Returns the index and the value of the first cell of a column that is not a number."""

    observed = column.dropna()
    row = int(np.argmax(is_text(observed)))

    return observed.index[row], observed.iloc[row]


def numbers(column: Cells) -> NDArray[np.float64]:
    """Returns the values of a numeric column, with shape (N,); NaN where missing."""

    if not types.is_numeric_dtype(column.dtype) and bool(column.isna().all()):
        return np.full(len(column), np.nan)  # the missing values of some types are no numbers

    return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def restored_numbers(values: NDArray[np.float64], variable: Variable) -> Cells:
    r"""Returns numbers as a column of the user's type, rounded if the type or all numbers of the fit are whole.

    Arguments:
        values: Numbers in the units of the user, with shape (N,); NaN where missing.
        variable: The column.
    """

    if variable.valueless:
        return missing_cells(len(values), variable.dtype)

    dtype = dtype_of(variable.dtype)
    values = np.rint(values) if variable.whole else values

    if not variable.integer:
        return pd.Series(values, dtype=dtype) if isinstance(dtype, np.dtype) else pd.Series(values).astype(dtype)

    values = rounded(values, np.dtype(variable.dtype.split("[")[0].lower()))

    if variable.dtype.islower() and "[" not in variable.dtype and np.isnan(values).any():
        return pd.Series(values)  # NumPy's whole numbers cannot be missing

    return pd.Series(values).astype(dtype)


def missing_cells(rows: int, dtype: str) -> Cells:
    """Returns a column without any value."""

    try:
        return pd.Series([None] * rows, dtype=dtype)
    except (TypeError, ValueError):
        return pd.Series([None] * rows, dtype=object)  # a type's name may be incomplete
