r"""One column of a frame: what kind it is, its values as numbers, and back."""

from __future__ import annotations

__all__ = ["kind_of", "numbers", "real_dtype", "refuse_kind", "restored", "stray"]

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from semivae.data.kinds.dates import is_date
from semivae.data.kinds.scaling import rounded
from semivae.data.labels.classes import Cells, is_text
from semivae.errors import DataError
from semivae.variables import Variable

REAL = {"integer", "floating", "mixed-integer-float", "decimal", "empty"}

# What columns of objects hold that is neither a number nor a category.
KINDS = {
    **dict.fromkeys(("datetime64", "datetime", "date"), "date"),
    **dict.fromkeys(("timedelta64", "timedelta"), "duration"),
    **{"time": "clock", "period": "period", "interval": "interval", "complex": "complex"},
}

# What cannot be modeled as it is, and the line that turns it into what can.
UNUSABLE = {
    "date": ("dates or times", "({column} - {column}.min()).dt.total_seconds()"),
    "duration": ("durations", "pandas.to_timedelta({column}).dt.total_seconds()"),
    "clock": ("times of day", "[None if pandas.isna(t) else t.hour + t.minute / 60 for t in {column}]"),
    "period": ("periods", "pandas.PeriodIndex({column}).to_timestamp()"),
    "interval": ("intervals", "pandas.IntervalIndex({column}).mid"),
}


def real_dtype(dtype: Any) -> str:
    """Returns the type that numbers of a column come back in: floats where its own type is none of numbers."""

    return str(dtype) if types.is_numeric_dtype(dtype) else "float64"


@cache
def dtype_of(name: str) -> Any:
    """Returns the type of a name, which pandas takes long to find for each of many columns."""

    return types.pandas_dtype(name)


def refuse_kind(kind: str, name: str) -> None:
    """Checks that a column is of a kind that can be modeled as it is."""

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
    r"""Judges a column by its type or, failing that, by its values.

    Returns:
        "real", as also for a column without any value; "category" or "date"; or one of what cannot be modeled.
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


def restored(values: NDArray[np.float64], variable: Variable) -> Cells:
    r"""Returns values as a column of the type the user had.

    Arguments:
        values: Numbers in the units of the user or indices of classes, with shape (N,); NaN where missing.
        variable: What the column is.
    """

    if variable.valueless:
        return missing_cells(len(values), variable.dtype)

    return restored_category(values, variable) if variable.kind == "category" else restored_real(values, variable)


def missing_cells(rows: int, dtype: str) -> Cells:
    """Returns a column without any value."""

    try:
        return pd.Series([None] * rows, dtype=dtype)
    except (TypeError, ValueError):
        return pd.Series([None] * rows, dtype=object)  # the name of a type may not tell all of it


def restored_category(values: NDArray[np.float64], variable: Variable) -> Cells:
    """Returns a column of classes."""

    missing = np.isnan(values)
    codes = np.where(missing, -1, np.rint(values)).clip(-1, len(variable.classes) - 1).astype(np.int64)

    if variable.dtype == "category":
        return pd.Series(pd.Categorical.from_codes(codes, categories=list(variable.classes)))

    # The last entry is what code -1 picks.
    classes = np.array([*variable.classes, None], dtype=object)
    dtype = "object" if variable.dtype == "bool" and missing.any() else variable.dtype

    return pd.Series(classes[codes], dtype=dtype)


def restored_real(values: NDArray[np.float64], variable: Variable) -> Cells:
    """Returns a column of numbers, whole where they were whole."""

    dtype = dtype_of(variable.dtype)

    if not variable.integer:
        return pd.Series(values, dtype=dtype) if isinstance(dtype, np.dtype) else pd.Series(values).astype(dtype)

    values = rounded(values, np.dtype(variable.dtype.split("[")[0].lower()))

    if variable.dtype.islower() and "[" not in variable.dtype and np.isnan(values).any():
        return pd.Series(values)  # NumPy's whole numbers cannot be missing

    return pd.Series(values).astype(dtype)
