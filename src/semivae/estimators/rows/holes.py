r"""Rows with missing cells, and the same rows with these cells filled."""

from __future__ import annotations

__all__ = ["Holes"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.array import as_array
from semivae.data.codecs.frame import is_frame, pandas_frame
from semivae.errors import DataError, SettingError
from semivae.estimators.asked import Coded
from semivae.estimators.rows.inputs import checked, encoded


@dataclass(frozen=True, eq=False)
class Holes:
    r"""Rows with missing cells.

    Attributes:
        rows: The rows of the user: a pandas frame, or an array.
        x: The rows in the units of a model, with shape (N, *), NaN where missing.
        mask: Whether each cell of an array is missing, with its shape; None for a frame.
        columns: The position of each column of a frame among the variables.
        unread: Whether a row misses cells in a way that the encoder never saw, with shape (N,).
    """

    rows: Any
    x: NDArray[np.float64]
    mask: NDArray[np.bool_] | None
    columns: dict[str, int]
    unread: NDArray[np.bool_]

    @classmethod
    def of(cls, estimator: Coded, X: Any, missing: Any = None) -> Self:
        r"""Finds the missing cells of rows.

        Arguments:
            estimator: The fitted estimator.
            X: The rows.
            missing: Whether each pixel of images is missing, with the shape of X.

        Raises:
            SettingError: If `missing` is given with a table.
            DataError: If it has another shape than the images.
        """

        codec = estimator.codec_

        if codec.container == "sparse":
            raise SettingError(
                "missing cells of a sparse matrix", "numbers that it does not store are zeros", "give a table or images"
            )

        if codec.container == "image":
            return cls.of_images(codec, X, missing)

        if codec.container == "sequence":
            raise SettingError(
                "strings", "only rows of cells and images can have parts that are missing", "fit a table"
            )

        if missing is not None:
            raise SettingError("missing=... with a table", "its missing cells are NaN or None", "X.mask(missing)")

        if codec.container == "vector":
            # A vector is there as a whole, or refused.
            x = encoded(estimator, X)
            rows = pandas_frame(X) if is_frame(X) else np.asarray(as_array(X))

            return cls(rows, x, None, {}, np.zeros(len(x), dtype=bool))

        rows = X if is_frame(X) or codec.container == "array" else checked(estimator, X)
        x = encoded(estimator, rows)
        new = [not variable.missing for variable in codec.variables]
        unread = np.asarray((np.isnan(x) & new).any(axis=1))

        if codec.container == "array":
            table = np.array(as_array(rows))

            return cls(table, x, pd.isna(table) & np.isnan(x), {}, unread)

        columns = {variable.name: j for j, variable in enumerate(codec.variables) if variable.source == variable.name}

        return cls(pandas_frame(rows), x, None, columns, unread)

    @classmethod
    def of_images(cls, codec: Any, X: Any, missing: Any) -> Self:
        """Finds the missing pixels of images."""

        pixels = np.array(np.stack(X) if isinstance(X, list | tuple) else as_array(X))
        mask = np.isnan(pixels) if pixels.dtype.kind == "f" else np.zeros(pixels.shape, dtype=bool)

        if missing is not None:
            given = np.asarray(as_array(missing), dtype=bool)

            if given.shape != pixels.shape:
                raise DataError(f"missing has shape {given.shape}", f"the images have shape {pixels.shape}")

            mask |= given

        x = codec.encode(np.where(mask, np.asarray(codec.variables[0].low).astype(pixels.dtype), pixels))
        hidden = np.moveaxis(mask, -1, 1) if codec.variables[0].axes == "HWC" else mask.reshape(x.shape)
        x = np.where(hidden, np.nan, x.astype(np.float64))

        return cls(pixels, x, mask, {}, np.asarray(mask.reshape(len(mask), -1).any(axis=1)))

    def filled(self, values: Any) -> Any:
        """Returns the rows with missing cells taken from complete rows, in the container of the user."""

        if self.mask is not None:
            return np.where(self.mask, np.asarray(values), self.rows).astype(self.kind)

        if not self.columns:
            return self.rows.copy()

        frame = self.rows.copy()

        for name, j in self.columns.items():
            holes = frame[name].isna().to_numpy() & np.isnan(self.x[:, j]) if name in frame else np.zeros(0, bool)

            if holes.any():
                frame[name] = mended(frame[name], holes, values[name])

        return frame

    @property
    def kind(self) -> np.dtype[Any]:
        """The type of the filled array: objects that are numbers become numbers."""

        return np.dtype(np.float64) if self.rows.dtype == object else self.rows.dtype


def mended(column: pd.Series, holes: NDArray[np.bool_], values: pd.Series) -> pd.Series:
    """Returns a column of a frame with values in its missing cells."""

    values = values.set_axis(column.index)

    if holes.all():
        return values.rename(column.name)

    if isinstance(column.dtype, pd.CategoricalDtype):
        new = [one for one in dict.fromkeys(values[holes]) if one not in column.cat.categories]
        column = column.cat.add_categories(new)

    try:
        return column.where(~holes, values.astype(column.dtype))
    except (TypeError, ValueError):
        # The rows hold the column in another type than the fit did.
        return column.astype(object).where(~holes, values.astype(object))
