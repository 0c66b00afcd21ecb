r"""Rows as a table of numbers without names: arrays, tensors, lists of lists."""

from __future__ import annotations

__all__ = ["ArrayCodec", "as_array", "as_table", "column_names"]

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from semivae.data.codecs.base import Codec, Rows, Values
from semivae.data.columns.notes import notes_of
from semivae.data.columns.scaling import refuse_infinite, refuse_valueless, rounded
from semivae.data.columns.tally import NumberTally
from semivae.errors import DataError, SchemaError
from semivae.variables import Container


class ArrayCodec(Codec):
    """Codec of a table with shape (N, P), with real columns x0, x1, ...; NaN or None where missing."""

    container: ClassVar[Container] = "array"

    @classmethod
    def of(cls, tallies: Mapping[str, NumberTally], dtype: str, missing: NDArray[np.int64], rows: int) -> Self:
        r"""Returns the codec of some columns of numbers.

        Arguments:
            tallies: The numbers of each column.
            dtype: The type of all of them.
            missing: In how many rows each is missing.
            rows: The number of rows.

        Raises:
            DataError: If no column has a value.
        """

        found = {
            name: tally.found(name, dtype, gaps)
            for (name, tally), gaps in zip(tallies.items(), missing.tolist(), strict=True)
        }
        variables = [variable for column in found.values() for variable in column.variables]
        refuse_valueless(variables)

        return cls(variables, notes=notes_of(found, rows))

    def encode(self, X: Rows) -> Values:
        """Returns scaled values, with shape (N, P); NaN where missing."""

        values = as_table(X).astype(np.float64)

        if values.shape[1] != len(self.variables):
            raise SchemaError(
                f"X has {values.shape[1]} features",
                f"the model was fitted on {len(self.variables)} features",
                "give the same columns, in the same order, as in the fit",
            )

        refuse_infinite(values, column_names(values))

        return self.in_model_units(values)

    def decode(self, values: Values, within: bool = False) -> NDArray[np.generic]:
        """Returns the table in the type of the fit, whole numbers rounded."""

        table = self.in_units(values, within)
        table = np.where([variable.whole for variable in self.variables], np.rint(table), table)
        dtype = np.dtype(self.variables[0].dtype)

        if dtype.kind in "iub":
            table = rounded(table, dtype)

        # Whole numbers cannot be missing: tables with missing cells stay floats.
        return table if dtype.kind in "iub" and np.isnan(table).any() else table.astype(dtype)


def as_array(X: Rows) -> Rows:
    """Returns a tensor as an array on the host; anything else as it is."""

    if not hasattr(X, "detach"):
        return X

    X = X.detach().cpu()

    # NumPy has no bfloat16.
    return (X.float() if str(X.dtype) == "torch.bfloat16" else X).numpy()


def as_table(X: Rows) -> NDArray[np.generic]:
    r"""Checks that rows are a table of numbers.

    Returns:
        The table, with shape (N, P).

    Raises:
        DataError: If they are not, or if there is no row or no column.
        TypeError: If the table is sparse or holds anything but numbers.
    """

    array = as_array(X)

    try:
        array = np.asarray(array) if isinstance(array, list | tuple) else array
        refuse_text(array)
        table = check_array(array, dtype="numeric", ensure_all_finite=False)

        return table.astype(np.float64) if table.dtype == object else table
    except DataError:
        raise
    except ValueError as error:
        raise DataError(str(error)) from error


def refuse_text(array: Rows) -> None:
    """Checks that an array does not hold text."""

    if getattr(getattr(array, "dtype", None), "kind", "") in ("U", "S"):
        raise DataError(
            "X is an array of text",
            "an array must hold numbers",
            "give a frame, whose columns may be text: pandas.DataFrame(X)",
        )


def column_names(values: NDArray[np.generic]) -> list[str]:
    """Returns x0, x1, ... for the columns of a table."""

    return [f"x{column}" for column in range(values.shape[1])]
