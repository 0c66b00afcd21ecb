r"""One column of a frame: what kind it is, its values as numbers, and back."""

from __future__ import annotations

__all__ = ["column_variable", "kind_of", "numbers", "restored", "stray"]

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from semivae.data.classes import Cells, distinct, is_text, listed, ordered
from semivae.data.scaling import real_variable, rounded
from semivae.errors import DataError
from semivae.variables import Variable

FEW = 20  # up to here, text such as "1", "2", "3+" is taken for categories, however numeric
RECUR = 50  # up to here, text is never taken for an identifier

REAL = {"integer", "floating", "mixed-integer-float", "decimal", "empty"}
TIME = {"datetime64", "datetime", "date", "time", "timedelta64", "timedelta", "period", "interval"}


def column_variable(column: Cells, name: str) -> Variable | None:
    r"""Infers what a column is.

    Returns:
        The variable, or None if the column is text that differs in nearly every row.

    Raises:
        DataError: If it holds dates, complex numbers, objects, or text among numbers.
    """

    kind = kind_of(column)

    if kind == "real":
        # What is not of a numeric type by itself (an object column of numbers) comes back as floats.
        dtype = str(column.dtype) if types.is_numeric_dtype(column.dtype) else "float64"

        return real_variable(name, numbers(column), dtype)

    if kind == "time":
        raise DataError(
            f"column {name!r} holds dates or times",
            "columns must hold numbers or categories",
            f"X[{name!r}] = (X[{name!r}] - X[{name!r}].min()).dt.total_seconds()  # or leave the column out",
        )

    if kind == "complex":
        raise DataError(f"Complex data not supported, in column {name!r}")

    return category_variable(column, name)


def kind_of(column: Cells) -> str:
    """Returns "real", "category", "time" or "complex", judging by the type or, failing that, the values."""

    dtype = column.dtype

    if types.is_complex_dtype(dtype):
        return "complex"

    if types.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        return "category"

    if types.is_numeric_dtype(dtype):
        return "real"

    if types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        return "time"

    inferred = types.infer_dtype(column, skipna=True)

    if inferred == "complex":
        return "complex"

    return "real" if inferred in REAL else "time" if inferred in TIME else "category"


def category_variable(column: Cells, name: str) -> Variable | None:
    """Infers a category, whose classes keep the order of a categorical type and are sorted otherwise."""

    codes, values = distinct(column, name)

    if any(isinstance(value, str) for value in values):
        refuse_stray_text(codes, values, name)

        if len(values) > max(RECUR, len(column) / 2):
            return None

    classes = ordered(values)

    if isinstance(column.dtype, pd.CategoricalDtype):
        # Declared categories without a row are dropped: nothing could be learned of them.
        found = set(values)
        classes = tuple(value for value in column.cat.categories.tolist() if value in found)

    return Variable(name, "category", classes=classes, dtype=str(column.dtype), missing=bool((codes < 0).any()))


def refuse_stray_text(codes: NDArray[np.int64], values: list[object], name: str) -> None:
    """Checks that a column is not one of numbers in which a few cells hold text."""

    text = is_text(values)
    rows = text[codes[codes >= 0]].mean()

    if not text.any() or (~text).sum() <= FEW or rows > 0.1:
        return

    stray = [value for value, is_text in zip(values, text, strict=True) if is_text]

    raise DataError(
        f"column {name!r} is numeric but for {rows:.1%} of its rows, which hold {listed(stray)}",
        "a column must hold numbers or categories, not both",
        f'X[{name!r}] = pandas.to_numeric(X[{name!r}], errors="coerce")  # the rest becomes missing',
    )


def stray(column: Cells) -> tuple[object, object]:
    """Returns the index and the value of the first cell of a column that is not a number."""

    observed = column.dropna()
    row = int(np.argmax(is_text(observed)))

    return observed.index[row], observed.iloc[row]


def numbers(column: Cells) -> NDArray[np.float64]:
    """Returns the values of a numeric column, with shape (N,); NaN where missing."""

    return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def restored(values: NDArray[np.float64], variable: Variable) -> Cells:
    r"""Returns values as a column of the type the user had.

    Arguments:
        values: Numbers in the units of the user or indices of classes, with shape (N,); NaN where missing.
        variable: What the column is.
    """

    return restored_category(values, variable) if variable.kind == "category" else restored_real(values, variable)


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

    if not variable.integer:
        return pd.Series(values).astype(variable.dtype)

    values = rounded(values, np.dtype(variable.dtype.split("[")[0].lower()))

    if variable.dtype.islower() and "[" not in variable.dtype and np.isnan(values).any():
        return pd.Series(values)  # NumPy's whole numbers cannot be missing

    return pd.Series(values).astype(variable.dtype)
