r"""Several targets as a model sees them: each a class or a real value, and each with missing entries of its own."""

from __future__ import annotations

__all__ = ["SeveralLabels", "target_frame"]

from collections.abc import Collection
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.array import as_array
from semivae.data.codecs.frame import is_frame, pandas_frame
from semivae.data.kinds.columns import kind_of, refuse_kind
from semivae.data.labels.classes import Cells, Table, distinct, listed
from semivae.data.labels.markers import Markers, Target, as_column, coded, likely_markers
from semivae.data.labels.single import ClassLabels, RealLabels, labels_of
from semivae.data.labels.task import kind_of_values
from semivae.errors import DataError, SchemaError, SettingError
from semivae.variables import Variable


class SeveralLabels:
    r"""Several targets, each with its labels.

    Arguments:
        variable: What the targets are.
        missing_label: The value, or list of values, that means unlabeled; -1 for classes unless another is given.
    """

    def __init__(self, variable: Variable, missing_label: Markers = None) -> None:
        self.variable = variable
        self.labels = {part.name: labels_of(part, missing_label) for part in variable.parts}

    @classmethod
    def fit(cls, y: Table, missing_label: Markers = None, real: Collection[str] = ()) -> Self:
        r"""Finds what each target is, and its classes, or its center and scale.

        Arguments:
            y: The targets, as :func:`target_frame` returns them.
            missing_label: The value, or list of values, that means unlabeled.
            real: The names of targets that are real values even where they look like classes.

        Raises:
            DataError: If a target is known in no row, or cannot be learned.
            SettingError: If `real` names no target.
        """

        if not len(y.columns):
            raise DataError("y has no column", "several targets are a table with a column each")

        real = set(map(str, real))
        strange = sorted(real - set(y))

        if strange:
            raise SettingError(f"real={listed(strange)}", f"the targets are {listed(y)}", f"real=[{y.columns[-1]!r}]")

        parts = tuple(fitted(y[name], missing_label, name, name in real).variable for name in y)

        return cls(Variable("targets", "several", parts=parts), missing_label)

    def encode(self, y: Table) -> NDArray[np.float64]:
        r"""Returns scaled values and codes of classes, with shape (N, T); NaN where missing.

        Arguments:
            y: The targets, as :meth:`table` returns them; one that is not there is missing in every row.

        Raises:
            SchemaError: If a class is not known.
        """

        return np.column_stack([points(labels, y.get(name), len(y)) for name, labels in self.labels.items()])

    def table(self, y: Target) -> Table:
        r"""Returns targets as a frame: by their names, or all of them in order.

        Raises:
            DataError: If they are no table.
            SchemaError: If there is another target, or an array has another number of them.
        """

        table = target_frame(y)

        if not is_frame(y) and len(table.columns) == len(self.labels):
            return table.set_axis(list(self.labels), axis=1)

        strange = [name for name in table if name not in self.labels]

        if strange:
            raise SchemaError(
                f"y has columns that are no target of the fit: {listed(strange)}",
                f"its targets are {listed(self.labels)}",
                "leave the others out, and give an array all targets in order",
            )

        return table

    def decode(self, points: NDArray[np.float64]) -> Table:
        """Returns values and classes as the user wrote them, as a frame of N rows, from points of shape (N, T)."""

        columns = zip(self.labels.items(), points.T, strict=True)

        return pd.DataFrame(
            {
                name: labels.decode(column.astype(np.int64) if isinstance(labels, ClassLabels) else column)
                for (name, labels), column in columns
            }
        )


def target_frame(y: Target) -> Table:
    r"""Returns several targets as a frame, with one column each; those of an array are named y0, y1, ...

    Arguments:
        y: A pandas or polars frame, or an array, tensor or list with shape (N, T), or (N,) for a single one.

    Raises:
        DataError: If it is no table.
    """

    if is_frame(y):
        return pandas_frame(y).reset_index(drop=True)

    try:
        # As objects, for text beside numbers would turn these into text.
        array = np.array(y, dtype=object) if isinstance(y, list | tuple) else np.asarray(as_array(y))
    except ValueError as error:
        raise DataError(str(error), "every row needs one entry per target") from error

    array = array[:, None] if array.ndim == 1 else array

    if array.ndim != 2:
        raise DataError(f"y has shape {array.shape}", "several targets are a table with a column each")

    return pd.DataFrame(array, columns=[f"y{j}" for j in range(array.shape[1])])


def fitted(column: Cells, missing_label: Markers, name: str, real: bool) -> ClassLabels | RealLabels:
    """Returns the labels of a target, which is judged by its values and type unless it is said to be real."""

    column = as_column(column)
    refuse_kind(kind_of(column), name)

    if not real and is_class(column, missing_label, name):
        return ClassLabels.fit(column, missing_label, name)

    return RealLabels.fit(column, missing_label, name)


def is_class(column: Cells, missing_label: Markers, name: str) -> bool:
    """Whether a target holds classes, which those of a categorical type always do."""

    if isinstance(column.dtype, pd.CategoricalDtype):
        return True

    codes, values = distinct(column, name)
    codes, values = coded(column, likely_markers(values, bool((codes < 0).any()), missing_label), name)

    return kind_of_values(values, int((codes >= 0).sum()))[0] == "category"


def points(labels: ClassLabels | RealLabels, column: Cells | None, rows: int) -> NDArray[np.float64]:
    """Returns scaled values, or codes of classes, with shape (N,); NaN where missing, as where there is no column."""

    if column is None:
        return np.full(rows, np.nan)

    encoded = labels.encode(column).astype(np.float64)

    return np.where(encoded < 0, np.nan, encoded) if isinstance(labels, ClassLabels) else encoded
