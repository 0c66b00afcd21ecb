r"""Classes as the user wrote them: finds, checks, sorts and looks them up."""

from __future__ import annotations

__all__ = ["Cells", "Table", "distinct", "is_text", "is_unicode", "listed", "look_up", "ordered", "plain", "short"]

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.errors import DataError

Cells: TypeAlias = Any  # a pandas series; its type hints are too wide to be of help
Table: TypeAlias = Any  # a pandas frame


def plain(value: object) -> object:
    """Converts a NumPy scalar to a Python value; anything else stays as it is."""

    return value.item() if isinstance(value, np.generic) else value


def distinct(column: Cells, name: str) -> tuple[NDArray[np.int64], list[Any]]:
    r"""Finds the distinct values of a column.

    Arguments:
        column: The column, with N values.
        name: Its name, for messages.

    Returns:
        The index of each row's value, with shape (N,) and -1 where it is missing, and the values in order of
        appearance. Each is a plain string, integer, float or boolean, so that it survives JSON.

    Raises:
        DataError: If a value is something else, such as a date or a list.
    """

    try:
        codes, uniques = pd.factorize(column)
    except TypeError:
        odd = next(value for value in column if value.__hash__ is None)
        raise unusable(odd, name) from None

    values = [plain(value) for value in uniques]

    for value in values:
        if not isinstance(value, str | bool | int | float) or (isinstance(value, str) and not is_unicode(value)):
            raise unusable(value, name)

    return codes.astype(np.int64), values


def unusable(value: object, name: str) -> DataError:
    """Returns the error for a value that cannot be a class."""

    if isinstance(value, str):
        return DataError(
            f"{name!r} holds {value!r}, which is not valid text",
            "classes are saved as UTF-8, which holds no lone surrogates",
            f"frame[{name!r}] = frame[{name!r}].str.encode('utf-8', 'replace').str.decode('utf-8')",
        )

    return DataError(
        f"{name!r} holds {value!r}, of type {type(value).__name__}",
        "a class must be a string, an integer, a float or a boolean",
        f"turn it into text: frame[{name!r}] = frame[{name!r}].astype(str)",
    )


def ordered(values: Iterable[Any]) -> tuple[Any, ...]:
    """Returns values sorted, by type first where their types cannot be compared."""

    values = list(values)

    try:
        return tuple(sorted(values))
    except TypeError:
        return tuple(sorted(values, key=lambda value: (type(value).__name__, value)))


def look_up(codes: NDArray[np.int64], values: Sequence[Any], classes: Sequence[Any]) -> NDArray[np.int64]:
    r"""Maps values to the index of their class.

    Arguments:
        codes: Index into `values` by row, with shape (N,); -1 where missing.
        values: The distinct values.
        classes: The known classes.

    Returns:
        Index into `classes` by row, with shape (N,); -1 where missing or unknown.
    """

    index = {value: position for position, value in enumerate(classes)}

    # Code -1 picks the last entry.
    return np.array([index.get(value, -1) for value in values] + [-1], dtype=np.int64)[codes]


def listed(values: Iterable[Any], most: int = 10) -> str:
    """Returns values as a comma-separated text, shortened after the first few."""

    values = list(values)
    text = ", ".join(short(repr(value)) for value in values[:most])

    return f"{text} and {len(values) - most} more" if len(values) > most else text


def short(text: str, most: int = 80) -> str:
    """Cuts the middle out of text too long for a message."""

    return text if len(text) <= most else f"{text[: most - 8]} ... {text[-3:]}"


def is_text(values: Iterable[Any]) -> NDArray[np.bool_]:
    """Returns a mask of text that is not a number, with shape (N,)."""

    texts = pd.Series([str(value) for value in values], dtype=object)

    return np.isnan(np.asarray(pd.to_numeric(texts, errors="coerce"), dtype=np.float64))


def is_unicode(text: str) -> bool:
    """Whether a text can be saved: it holds no lone surrogate."""

    try:
        text.encode()
    except UnicodeEncodeError:
        return False

    return True
