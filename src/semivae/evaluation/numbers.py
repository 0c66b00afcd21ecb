r"""Rows as plain numbers, the same for every model of a data set, so that distances and variances can be compared.

Real columns and counts are standardized by the training rows, categories are one-hot, all pixels of images, numbers of
vectors, and logarithms of sparse rows are divided by one standard deviation, and tokens of strings are counted. A
missing cell is NaN. :meth:`semivae.fitted.Trained.features` is close to this, but it has more columns that say where
cells are missing, and zeros in the missing cells.
"""

from __future__ import annotations

__all__ = ["Numbers"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse

from semivae.schema import Schema
from semivae.variables import Variable

Values = NDArray[np.float64]

# The most tokens of strings that are counted.
TOKENS = 256


@dataclass(frozen=True)
class Numbers:
    r"""The map from rows to numbers.

    Attributes:
        schema: The variables. Parts of dates are left out.
        center: The mean of each number that is standardized, 0 for others, with shape (F,).
        scale: Its standard deviation, 1 for others, with shape (F,).
    """

    schema: Schema
    center: Values
    scale: Values

    @classmethod
    def of(cls, schema: Schema, rows: Any) -> Self:
        """Returns the map for training rows."""

        plain = raw(schema, rows)
        center, scale = np.zeros(plain.shape[1]), np.ones(plain.shape[1])

        if schema.single:
            return cls(schema, center, scale * (plain.std() or 1.0))

        known = ordered(schema) & ~np.isnan(plain).all(axis=0)
        center[known] = np.nanmean(plain[:, known], axis=0)
        deviation = np.nanstd(plain[:, known], axis=0)
        scale[known] = np.where(deviation > 0, deviation, 1.0)

        return cls(schema, center, scale)

    def __call__(self, rows: Any) -> Values:
        """Returns rows as numbers, with shape (N, F)."""

        return (raw(self.schema, rows) - self.center) / self.scale

    def modes(self, rows: Values) -> Values:
        """Returns rows as numbers, with shape (N, F), with the most probable class of each category in full."""

        rows, start = rows.copy(), 0

        for variable in [] if self.schema.single else modeled(self.schema):
            part = slice(start, start + variable.width)
            start += variable.width

            if variable.classes:
                rows[:, part] = np.eye(variable.width)[rows[:, part].argmax(axis=1)]

        return rows

    @property
    def ordered(self) -> NDArray[np.bool_]:
        """Marks the numbers that are no class of a category, with shape (F,)."""

        return np.ones(len(self.center), bool) if self.schema.single else ordered(self.schema)

    @property
    def columns(self) -> NDArray[np.int64]:
        """The position of the variable that each number belongs to, with shape (F,)."""

        if self.schema.single:
            return np.arange(len(self.center))

        widths = [variable.width for variable in modeled(self.schema)]

        return np.repeat(np.arange(len(widths)), widths)

    @property
    def continuous(self) -> bool:
        """Whether no number is a class of a category."""

        return self.schema.single or not any(variable.classes for variable in modeled(self.schema))


def modeled(schema: Schema) -> list[Variable]:
    """Returns the variables that become numbers."""

    return [variable for variable in schema.x if not variable.part]


def ordered(schema: Schema) -> NDArray[np.bool_]:
    """Marks the numbers of a table that are no class of a category, with shape (F,)."""

    return np.repeat([not v.classes for v in modeled(schema)], [v.width for v in modeled(schema)])


def raw(schema: Schema, rows: Any) -> Values:
    """Returns rows as numbers before any scaling, with shape (N, F)."""

    if issparse(rows):
        kept = schema.x[0].kept

        # Counts spread over decades; small weights stay nearly as they are.
        return np.log1p((rows.tocsr()[:, list(kept)] if kept else rows).toarray().clip(0).astype(np.float64))

    if schema.container == "sequence":
        return counts(schema.x[0], rows)

    if schema.single:
        rows = list(rows[schema.x[0].name]) if isinstance(rows, pd.DataFrame) else rows

        return np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)

    if schema.container == "array":
        return np.asarray(rows, dtype=np.float64)

    frame = pd.DataFrame(rows)

    return np.concatenate([columns(pd.Series(frame[variable.name]), variable) for variable in modeled(schema)], axis=1)


def counts(variable: Variable, rows: Any) -> Values:
    """Returns how often strings hold each of the most frequent tokens, with shape (N, F)."""

    texts = rows[variable.name] if isinstance(rows, pd.DataFrame) else rows

    return np.array([[str(text).count(token) for token in variable.classes[:TOKENS]] for text in texts], dtype=float)


def columns(column: pd.Series, variable: Variable) -> Values:
    """Returns the numbers of a column of a frame, with shape (N, 1), or (N, C) for a category."""

    if not variable.classes:
        # A cell that is no number is missing.
        values: Any = pd.to_numeric(column, errors="coerce")

        return values.to_numpy(np.float64, na_value=np.nan)[:, None]

    codes = pd.Index(variable.classes, dtype=object).get_indexer(pd.Index(column, dtype=object))

    return np.where(codes[:, None] < 0, np.nan, np.eye(len(variable.classes))[codes])
