r"""Rows as a frame: named columns, each of numbers or of categories."""

from __future__ import annotations

__all__ = ["FrameCodec", "is_frame", "pandas_frame", "warn_about_left_out"]

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.classes import Cells, Table, distinct, listed, look_up
from semivae.data.codec import Codec, Rows, Values
from semivae.data.columns import column_variable, kind_of, numbers, restored, stray
from semivae.data.scaling import refuse_infinite, warn_about_constants
from semivae.errors import DataError, SchemaError
from semivae.variables import Variable


class FrameCodec(Codec):
    r"""Codec of a pandas or polars frame; what it decodes is a pandas frame.

    Numeric columns are real; booleans, strings and categories are categories. Text that differs in
    nearly every row (a name, a key) is left out, with a warning.
    """

    container: ClassVar[Literal["array", "frame", "image"]] = "frame"

    @classmethod
    def fit(cls, X: Rows) -> Self:
        """Infers what each column of a frame is."""

        frame = pandas_frame(X)
        refuse_empty(frame)

        codec = cls.of({name: column_variable(frame[name], name) for name in frame})
        refuse_infinite(codec.raw(frame), codec.names)
        warn_about_left_out(codec.left_out)
        warn_about_constants(codec.variables, len(frame))

        return codec

    @classmethod
    def of(cls, found: Mapping[str, Variable | None]) -> Self:
        r"""Returns the codec of some columns.

        Arguments:
            found: What each column is; None if it is text that differs in nearly every row.

        Raises:
            DataError: If there is nothing to model.
        """

        variables = [variable for variable in found.values() if variable is not None]
        left_out = [name for name, variable in found.items() if variable is None]

        if not variables:
            raise DataError(
                f"the text in {listed(left_out)} differs in nearly every row",
                "at least one column must be of numbers, or of categories that recur",
            )

        return cls(variables, left_out)

    def encode(self, X: Rows) -> Values:
        """Returns scaled values and indices of classes, with shape (N, P); NaN where missing, or not in the fit."""

        frame = pandas_frame(X) if is_frame(X) else self.named(X)
        self.check(frame)
        values = self.raw(frame)

        refuse_infinite(values, self.names)

        return (values - self.centers) / self.scales

    def decode(self, values: Values, within: bool = False) -> pd.DataFrame:
        """Returns a frame with the names and types of the fit, whole numbers rounded."""

        table = self.in_units(values, within)

        return pd.DataFrame(
            {variable.name: restored(table[:, i], variable) for i, variable in enumerate(self.variables)}
        )

    def raw(self, frame: Table) -> Values:
        """Returns numbers in the units of the user and indices of classes, with shape (N, P)."""

        return np.column_stack([raw_column(frame[v.name], v) for v in self.variables])

    def named(self, X: Rows) -> pd.DataFrame:
        """Returns a table without names as a frame with the names of the fit."""

        table = np.asarray(X)

        if table.ndim != 2 or table.shape[1] != len(self.variables):
            raise SchemaError(
                f"X is an array with shape {table.shape}",
                f"the model was fitted on a frame with {len(self.variables)} columns: {listed(self.names)}",
                "give a frame with these columns",
            )

        return pd.DataFrame(table, columns=self.names).infer_objects()

    def check(self, frame: Table) -> None:
        r"""Checks that a frame has the columns of the fit, in any order.

        Raises:
            SchemaError: If it does not; names every column that differs.
        """

        missing = [name for name in self.names if name not in frame]
        extra = [name for name in frame if name not in {*self.names, *self.left_out}]

        differences = [f"missing columns: {listed(missing, 50)}"] if missing else []
        differences += [f"unknown columns: {listed(extra, 50)}"] if extra else []
        differences += filter(None, (difference(frame[v.name], v) for v in self.variables if v.name in frame))

        if differences:
            raise SchemaError(
                "the data differs from what the model was fitted on:\n  - " + "\n  - ".join(differences),
                fix="give the columns and types of the fit",
            )

        if len(frame) == 0:
            refuse_empty(frame)


def is_frame(X: Rows) -> bool:
    """Whether rows are a pandas or polars frame."""

    is_polars = type(X).__module__.startswith("polars") and type(X).__name__ in ("DataFrame", "LazyFrame")

    return is_polars or isinstance(X, pd.DataFrame)


def pandas_frame(X: Rows) -> pd.DataFrame:
    r"""Returns a frame as a pandas frame whose column names are strings.

    Raises:
        DataError: If two columns have the same name.
    """

    if not isinstance(X, pd.DataFrame):
        X = X.collect() if hasattr(X, "collect") else X
        X = pd.DataFrame({name: polars_column(X[name]) for name in X.columns})

    names = [str(name) for name in X.columns]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []

    if twice:
        raise DataError(
            f"{len(twice)} column names occur more than once: {listed(twice)}",
            "every column must have its own name",
            "X = X.loc[:, ~X.columns.duplicated()]",
        )

    return X.set_axis(names, axis="columns")


def polars_column(column: Rows) -> Cells:
    """Returns a polars column as a pandas column, without the need of pyarrow."""

    if not column.dtype.is_numeric():
        return pd.Series(column.to_list(), dtype=None if column.dtype.is_temporal() else object)

    if column.null_count() and column.dtype.is_integer():
        return pd.Series(column.to_list(), dtype=str(column.dtype))  # polars and pandas agree on "Int64"

    return pd.Series(column.to_numpy())


def warn_about_left_out(names: Sequence[str]) -> None:
    """Warns of columns that are not modeled."""

    if names:
        warnings.warn(
            f"left out, for the text differs in nearly every row: {listed(names)} "
            "(if these are numbers, apply pandas.to_numeric first)",
            stacklevel=4,
        )


def refuse_empty(frame: Table) -> None:
    """Checks that there is a row and a column."""

    for size, what in zip(frame.shape, ("sample", "feature"), strict=True):
        if size == 0:
            raise DataError(f"Found array with 0 {what}(s) (shape={frame.shape}) while a minimum of 1 is required")


def raw_column(column: Cells, variable: Variable) -> NDArray[np.float64]:
    """Returns the numbers of a column, or the indices of its classes, with shape (N,); NaN where missing."""

    if variable.kind == "real":
        return numbers(column)

    codes, values = distinct(column, variable.name)
    warn_about_unseen(codes, values, variable)
    codes = look_up(codes, values, variable.classes)

    return np.where(codes < 0, np.nan, codes)


def difference(column: Cells, variable: Variable) -> str:
    """Returns how a column differs from what its variable says, in words, or nothing."""

    checks: dict[str, Callable[[Cells, Variable], str]] = {"real": not_real, "category": not_category}

    return checks[variable.kind](column, variable)


def not_real(column: Cells, variable: Variable) -> str:
    """Returns what a column holds instead of numbers."""

    if kind_of(column) == "real" or pd.api.types.is_bool_dtype(column.dtype):
        return ""

    row, example = stray(column)

    return f"column {variable.name!r} must be numeric, but holds {example!r} (row {row})"


def not_category(column: Cells, variable: Variable) -> str:
    """Returns what a column holds instead of categories."""

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
