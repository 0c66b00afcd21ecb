r"""Rows as a frame: named columns, each of one kind or of dates."""

from __future__ import annotations

__all__ = ["FrameCodec", "is_frame", "pandas_frame", "refuse_empty"]

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from semivae.data.codecs.base import Codec, Rows, Values
from semivae.data.columns.cells import Columns, cells_of, difference, warn_about_valueless
from semivae.data.columns.found import Found
from semivae.data.columns.notes import notes_of
from semivae.data.columns.scaling import refuse_infinite, refuse_valueless
from semivae.data.kinds import cell_handler
from semivae.data.labels.classes import Cells, Table, is_unicode, listed
from semivae.errors import DataError, SchemaError
from semivae.variables import Container, Variable


class FrameCodec(Codec):
    r"""Codec of a pandas or polars frame, which decodes to a pandas frame.

    Unless the user says otherwise, numeric columns are real; booleans, strings and categories are categories; dates are
    split into year, month, weekday and time of day, and decoded as these parts. Text that differs in
    every row (a name, a key) is left out, with a warning.
    """

    container: ClassVar[Container] = "frame"

    @classmethod
    def of(cls, found: Mapping[str, Found], rows: int) -> Self:
        r"""Returns the codec of some columns.

        Arguments:
            found: The findings about each column; no variables if it is left out.
            rows: The number of rows.

        Raises:
            DataError: If there is nothing to model.
        """

        variables = [variable for column in found.values() for variable in column.variables]
        left_out = [name for name, column in found.items() if not column.variables]

        refuse_nothing(variables, found)
        refuse_twice([variable.name for variable in variables])

        return cls(variables, left_out, notes_of(found, rows))

    def encode(self, X: Rows) -> Values:
        """Returns scaled values and indices of classes, with shape (N, P); NaN where missing or not in the fit."""

        frame: Table = pandas_frame(X) if is_frame(X) else self.named(X)
        columns = dict(frame.items())
        self.check(columns)
        refuse_empty(frame)

        values = self.raw(columns)
        refuse_infinite(values, self.names)

        return self.in_model_units(values)

    def decode(self, values: Values, within: bool = False) -> pd.DataFrame:
        """Returns a frame with the names and types of the fit, whole numbers rounded."""

        table = self.in_units(values, within)

        columns = {
            variable.name: cell_handler(variable).decode(table[:, i]) for i, variable in enumerate(self.variables)
        }

        # Bare arrays skip alignment, but pandas would infer the type of object arrays again.
        return pd.DataFrame(
            {name: column if column.dtype == object else column.array for name, column in columns.items()}
        )

    @property
    def groups(self) -> Iterator[tuple[str, list[Variable]]]:
        """The columns of the user, each with its variables."""

        for name, variables in groupby(self.variables, key=lambda variable: variable.source):
            yield name, list(variables)

    def raw(self, columns: Columns) -> Values:
        """Returns numbers in the units of the user and indices of classes, with shape (N, P)."""

        cells = [column for name, variables in self.groups for column in cells_of(columns, name, variables)]
        warn_about_valueless(cells, self.variables)

        pairs = zip(cells, self.variables, strict=True)

        return np.column_stack([cell_handler(variable).encode(column) for column, variable in pairs])

    def named(self, X: Rows) -> pd.DataFrame:
        """Returns a table without names as a frame with the names of the fit."""

        table, names = np.asarray(X), self.sources

        if table.ndim != 2 or table.shape[1] != len(names):
            raise SchemaError(
                f"X is an array with shape {table.shape}",
                f"the model was fitted on a frame with {len(names)} columns: {listed(names)}",
                "give a frame with these columns",
            )

        return pd.DataFrame(table, columns=names).infer_objects()

    def check(self, columns: Columns) -> None:
        r"""Checks that a frame has the columns of the fit, in any order.

        Raises:
            SchemaError: If it does not; names every column that differs.
        """

        read, missing, differing = {*self.left_out}, [], []

        for name, variables in self.groups:
            if name in columns:
                read.add(name)
                differing.append(difference(columns[name], variables[0], whole=True))
                continue

            there = [variable for variable in variables if variable.name in columns]
            read.update(variable.name for variable in there)
            missing += [variable.name for variable in variables if variable not in there] if there else [name]
            differing += [difference(columns[variable.name], variable) for variable in there]

        extra = [name for name in columns if name not in read]

        differences = [f"missing columns: {listed(missing, 50)}"] if missing else []
        differences += [f"unknown columns: {listed(extra, 50)}"] if extra else []
        differences += filter(None, differing)

        if differences:
            raise SchemaError(
                "the data differs from the rows of the fit:\n  - " + "\n  - ".join(differences),
                fix="give the columns and types of the fit",
            )


def is_frame(X: Rows) -> bool:
    """Whether rows are a pandas or polars frame."""

    is_polars = type(X).__module__.startswith("polars") and type(X).__name__ in ("DataFrame", "LazyFrame")

    return is_polars or isinstance(X, pd.DataFrame)


def pandas_frame(X: Rows) -> Table:
    r"""Returns a frame as a pandas frame whose column names are strings.

    Raises:
        DataError: If two columns have the same name.
    """

    if not isinstance(X, pd.DataFrame):
        X = X.collect() if hasattr(X, "collect") else X
        X = pd.DataFrame({name: polars_column(X[name]) for name in X.columns})

    names = [str(name) for name in X.columns]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    odd = [name for name in names if not is_unicode(name)]

    if odd:
        raise DataError(
            f"column names are not valid text: {listed(odd)}",
            "names are saved as UTF-8, which holds no lone surrogates",
            "X.columns = [str(name).encode('utf-8', 'replace').decode() for name in X.columns]",
        )

    if twice:
        raise DataError(
            f"{len(twice)} column names occur more than once: {listed(twice)}",
            "every column must have its own name",
            "X = X.loc[:, ~X.columns.map(str).duplicated()]",
        )

    return X.set_axis(names, axis="columns")


def polars_column(column: Rows) -> Cells:
    """Returns a polars column as a pandas column, without pyarrow."""

    if not column.dtype.is_numeric():
        return pd.Series(column.to_list(), dtype=None if column.dtype.is_temporal() else object)

    if column.null_count() and column.dtype.is_integer():
        return pd.Series(column.to_list(), dtype=str(column.dtype))  # polars and pandas agree on "Int64"

    return pd.Series(column.to_numpy())


def refuse_empty(frame: Table) -> None:
    """Checks that there is a row and a column."""

    for size, what in zip(frame.shape, ("sample", "feature"), strict=True):
        if size == 0:
            raise DataError(f"Found array with 0 {what}(s) (shape={frame.shape}) while a minimum of 1 is required")


def refuse_nothing(variables: Sequence[Variable], found: Mapping[str, Found]) -> None:
    """Checks that there is something to model."""

    if not variables:
        unique = [name for name, column in found.items() if column.unique or column.crowded]

        raise DataError(
            f"the text in {listed(unique)} differs in nearly every row" if unique else "every column is left out",
            "at least one column must hold numbers, dates, or categories that recur",
            f"embed={unique[0]!r} for the meaning of texts, kinds={{{unique[0]!r}: 'sequence'}} for strings, or "
            f"keep={unique[:1]}"
            if unique
            else "name fewer columns in drop= and id_columns=",
        )

    refuse_valueless(variables)


def refuse_twice(names: Sequence[str]) -> None:
    """Checks that no column has the name of a part of a date."""

    twice = [name for name, count in Counter(names).items() if count > 1]

    if twice:
        raise DataError(
            f"{listed(twice)} would be both a column and a part of a date",
            "every variable must have its own name",
            f"X = X.rename(columns={{{twice[0]!r}: 'ANOTHER NAME'}})",
        )
