r"""A target as one column, and the values in it that mean "unlabeled"."""

from __future__ import annotations

__all__ = [
    "Markers",
    "Target",
    "as_column",
    "class_markers",
    "coded",
    "default_markers",
    "is_marker",
    "likely_markers",
    "marker_set",
    "real_values",
]

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import column_or_1d

from semivae.data.codecs.array import as_array
from semivae.data.columns.scaling import refuse_infinite
from semivae.data.columns.values import kind_of, numbers, stray
from semivae.data.labels.classes import Cells, distinct, is_text, listed, look_up, plain
from semivae.errors import DataError

Target: TypeAlias = Any  # an array, tensor, list or series of one label per row
Markers: TypeAlias = Any  # a value, or a list of values, that mean "unlabeled"


def as_column(y: Target) -> Cells:
    r"""Returns a target as a pandas column, of objects where integers could have become floats.

    Arguments:
        y: An array, tensor, list, or pandas or polars series; a single column of a table gives a warning.

    Raises:
        DataError: If it has several columns.
    """

    if isinstance(y, pd.Series):
        return y.reset_index(drop=True)

    if hasattr(y, "to_list") and not isinstance(y, np.ndarray):  # polars, and an index of pandas
        return pd.Series(y.to_list(), dtype=object)

    if isinstance(y, list | tuple) and not any(isinstance(value, list | tuple | np.ndarray) for value in y):
        return pd.Series(list(y), dtype=object)

    try:
        array = column_or_1d(as_array(y), warn=True)
    except ValueError as error:
        raise DataError(
            str(error), fix="give one target, with one value a row, or use VAEPredictor for several"
        ) from error

    column = pd.Series(array, dtype=object if array.dtype.kind in "US" else None)
    column.attrs["fixed width"] = array.dtype.kind == "U"

    return column


def coded(column: Cells, missing_label: Markers, name: str) -> tuple[NDArray[np.int64], list[Any]]:
    """Returns the index of each row's value, with shape (N,) and -1 where unlabeled, and the values."""

    codes, values = distinct(column, name)
    markers = marker_set(missing_label)
    kept = [value for value in values if not is_marker(value, markers)]

    return look_up(codes, values, kept), kept


def class_markers(values: list[Any], missing: bool, missing_label: Markers, name: str) -> Markers:
    r"""Returns the markers of unlabeled rows in a target of classes: the given ones, else -1 unless it is a class.

    Arguments:
        values: The different values of the target.
        missing: Whether the label of some row is None or NaN.
        missing_label: The user's markers; None to judge by the values.
        name: The name of the target.

    Raises:
        DataError: If -1 may be a class as well as a marker.
    """

    if missing_label is not None:
        return missing_label

    role, numbers = role_of_minus_one(values, missing), sorted(value for value in values if not isinstance(value, str))

    if role == "unclear":
        raise DataError(
            f"target {name!r} holds -1 beside {listed(value for value in numbers if value != -1)}",
            "it may be a class or mean unlabeled; the values do not show which",
            "missing_label=-1 if it means unlabeled, missing_label=[] if it is a class",
        )

    if role == "class":
        why = "other labels are missing" if missing else "it lies between other classes"
        warnings.warn(
            f"-1 counts as a class of target {name!r}, as {why}; if it means unlabeled, give missing_label=-1",
            stacklevel=4,
        )

    return [] if role == "class" else [-1]


def likely_markers(values: list[Any], missing: bool, missing_label: Markers) -> Markers:
    """Like :func:`class_markers`, without warnings, for a target that may not hold classes."""

    if missing_label is not None:
        return missing_label

    return [] if role_of_minus_one(values, missing) == "class" else [-1]


def default_markers(classes: Iterable[Any], missing_label: Markers) -> Markers:
    """Returns the markers of unlabeled rows for known classes: the given ones, else -1 unless it is a class."""

    if missing_label is not None:
        return missing_label

    return [] if -1 in classes else [-1]


def role_of_minus_one(values: Sequence[Any], missing: bool) -> Literal["marker", "class", "unclear"]:
    """Judges whether -1 is a class: where unlabeled rows are empty, or where -2 and 0 are classes."""

    numbers = {value for value in values if isinstance(value, int | float) and not isinstance(value, bool)}

    if -1 not in numbers or len(numbers) < len(values) or len(numbers) == 1:
        return "marker"

    if missing or {-2, 0} <= numbers:
        return "class"

    return "unclear" if min(numbers) < -1 else "marker"


def real_values(column: Cells, missing_label: Markers, name: str) -> NDArray[np.float64]:
    """Returns the values of a real target, with shape (N,); NaN where unlabeled."""

    markers = marker_set(missing_label)
    column = column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column

    if column.dtype == object or not pd.api.types.is_numeric_dtype(column.dtype):
        column = column.mask(column.map(lambda value: is_marker(plain(value), markers)).to_numpy(dtype=bool))

    if kind_of(column) != "real" and pd.api.types.infer_dtype(column) != "boolean":
        _, example = stray(column)

        raise DataError(
            f"target {name!r} holds {example!r}, of type {type(example).__name__}",
            "a real target must hold numbers, and NaN where it is unlabeled",
            "name the text that means unlabeled with missing_label, or use a classifier (task='class')",
        )

    values = numbers(column)
    values[np.isin(values, [float(marker) for marker in markers if not is_text([marker])[0]])] = np.nan
    refuse_infinite(values[:, None], [name])

    return values


def marker_set(missing_label: Markers) -> list[Any]:
    """Returns the markers of unlabeled rows besides None and NaN."""

    several = isinstance(missing_label, list | tuple | set | frozenset | np.ndarray | pd.Series)
    markers = list(missing_label) if several else [missing_label]
    markers = [marker.item() if isinstance(marker, np.generic) else marker for marker in markers]

    return [marker for marker in markers if not pd.isna(marker)]


def is_marker(value: object, markers: list[Any]) -> bool:
    r"""Whether a value means unlabeled.

    A boolean never equals a number. The text of a number, as typed in a command, does.
    """

    if value is pd.NA:
        return False  # always missing, and equal to nothing

    if isinstance(value, bool):
        return any((isinstance(marker, bool) and marker == value) or marker == str(value) for marker in markers)

    return any((value == marker and not isinstance(marker, bool)) or same_number(value, marker) for marker in markers)


def same_number(value: object, marker: object) -> bool:
    """Whether a marker is the text of a number."""

    try:
        return isinstance(marker, str) and isinstance(value, int | float) and float(marker) == value
    except ValueError:
        return False
