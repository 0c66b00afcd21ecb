r"""Rows of any container as plain numbers, so that distances between rows can be taken without a schema.

Columns of numbers are standardized by the rows that the map was made of, pixels are divided by one standard deviation,
categories are one-hot, and of rows that are strings each character is counted.
:class:`semivae.evaluation.numbers.Numbers` does the same by the schema of a fitted estimator, which other latent spaces
do not have.
"""

from __future__ import annotations

__all__ = ["Plain", "column_of"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse

from semivae.errors import SettingError

Values = NDArray[np.float64]

# A column of more categories holds free text, which has no distance.
MOST_CATEGORIES = 100


@dataclass(frozen=True, eq=False)
class Plain:
    r"""The map from rows to numbers.

    Attributes:
        names: The columns that become numbers; empty for arrays.
        categories: The categories of each column that has them, by name.
        center: The mean of each number, with shape (F,).
        scale: Its standard deviation, with shape (F,).
        letters: The characters that are counted, of rows that are strings.
    """

    names: Sequence[Any]
    categories: dict[Any, pd.Index]
    center: Values
    scale: Values
    letters: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Any) -> Self:
        """Returns the map for reference rows."""

        names, categories = [], {}
        strings = strings_of(rows)

        if strings is None and isinstance(rows, pd.DataFrame):
            categories = {name: pd.Index(column.dropna().unique()) for name, column in rows.items() if texts(column)}
            names = [name for name in rows if len(categories.get(name, ())) <= MOST_CATEGORIES]

        # Standardized by nothing yet, so that the map itself makes the numbers that are measured.
        letters = tuple(sorted(set().union(*strings or ())))
        plain = cls(names, categories, np.zeros(1), np.ones(1), letters).plain(rows)
        center, scale = mean_of(plain), np.sqrt(mean_of(np.square(plain - mean_of(plain))))

        if strings is None and isinstance(rows, pd.DataFrame):
            widths = [len(categories.get(name, [0])) for name in names]
            text = np.repeat([name in categories for name in names], widths)
            center, scale = np.where(text, 0.0, center), np.where(text, 1.0, scale)
        elif np.ndim(rows) > 2:
            # One deviation for all pixels: the pixels of the border would drown the others.
            scale = np.full_like(scale, plain.std())

        return cls(names, categories, center, np.where(scale > 0, scale, 1.0), letters)

    def __call__(self, rows: Any) -> Values:
        """Returns rows as numbers, with shape (N, F); a missing cell has the mean."""

        return np.nan_to_num((self.plain(rows) - self.center) / self.scale)

    def plain(self, rows: Any) -> Values:
        """Returns rows as numbers before any scaling, with shape (N, F)."""

        if self.letters:
            return np.array([[text.count(letter) for letter in self.letters] for text in as_strings(rows)], float)

        if isinstance(rows, pd.DataFrame):
            return np.concatenate([self.column(pd.Series(rows[name]), name) for name in self.names], axis=1)

        if issparse(rows):
            return rows.toarray().astype(np.float64)

        return np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)

    def column(self, column: pd.Series, name: Any) -> Values:
        """Returns the numbers of a column, with shape (N, 1), or (N, C) for categories."""

        if name in self.categories:
            codes = self.categories[name].get_indexer(pd.Index(column))

            return np.where(codes[:, None] < 0, 0.0, np.eye(len(self.categories[name]))[codes])

        if pd.api.types.is_datetime64_any_dtype(column):
            column = column.astype("int64").where(column.notna())

        values: Any = pd.to_numeric(column)

        return values.to_numpy(np.float64, na_value=np.nan)[:, None]


def mean_of(plain: Values) -> Values:
    """Returns the mean of the known cells of each column, 0 where none is known, with shape (F,)."""

    known = ~np.isnan(plain)

    return np.where(known, plain, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def strings_of(rows: Any) -> list[str] | None:
    """Returns rows that are one string each, as an array or the only column of a frame; None of other rows."""

    if isinstance(rows, pd.DataFrame):
        alone = len(rows.columns) == 1 and texts(rows.iloc[:, 0]) and rows.iloc[:, 0].nunique() > MOST_CATEGORIES
    else:
        alone = np.ndim(rows) == 1 and np.asarray(rows).dtype.kind in "OUT"

    return as_strings(rows) if alone else None


def as_strings(rows: Any) -> list[str]:
    """Returns the strings of an array, or of the first column of a frame."""

    return list(map(str, rows.iloc[:, 0] if isinstance(rows, pd.DataFrame) else rows))


def texts(column: pd.Series) -> bool:
    """Whether the cells of a column are categories."""

    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))


def column_of(rows: Any, name: Any) -> NDArray[Any]:
    r"""Returns a column of rows, with shape (N,).

    Arguments:
        rows: A frame, or an array with shape (N, P).
        name: The name of the column, or its position in an array.

    Raises:
        SettingError: If there is no such column.
    """

    if isinstance(rows, pd.DataFrame):
        if name in rows:
            return rows[name].to_numpy()

        names = ", ".join(map(str, rows.columns))

        raise SettingError(f"column {name!r}", f"the rows have the columns {names}", f"column {rows.columns[0]!r}")

    text = str(name).removeprefix("x")

    if np.ndim(rows) == 2 and text.isdecimal() and int(text) < rows.shape[1]:
        return np.asarray(rows)[:, int(text)]

    raise SettingError(f"column {name!r}", "the rows are arrays without names", "give the position of a column")
