r"""Rows as a person reads them: cells with the unusual ones marked, small pictures, columns."""

from __future__ import annotations

__all__ = ["Column", "cells", "cells_of", "column", "names_of", "pictures", "shape_of", "texts"]

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.choose import codec_of
from semivae.data.sparse import largest
from semivae.workflows.plain import ready

if TYPE_CHECKING:
    from semivae.fitted import Fitted

# A number is unusual if it lies this many deviations of its column from its reconstruction.
FAR = 2.0

# The most sides of a small picture.
SIDE = 64

# The most classes of a column that are listed.
CLASSES = 30

# The numbers of a vector that are shown.
FIRST = 4
# The largest entries that are shown of a sparse row.
ENTRIES = 12


@dataclass(frozen=True, eq=False)
class Column:
    r"""A column by which rows are colored.

    Attributes:
        values: Numbers, or codes of the classes, with shape (N,); NaN where missing.
        classes: The classes; empty for numbers.
    """

    values: NDArray[np.float64]
    classes: tuple[str, ...] = ()


def names_of(estimator: Fitted, X: Any) -> list[str]:
    """Returns the names of the columns of a table; none of images, sparse rows, and arrays of vectors."""

    if estimator.schema_.single and not isinstance(X, pd.DataFrame):
        return []

    return [str(name) for name in X.columns] if isinstance(X, pd.DataFrame) else [v.name for v in estimator.schema_.x]


def shape_of(estimator: Fitted) -> list[int]:
    """Returns height, width and channels of the small pictures of a model of images; empty for a table."""

    if not estimator.schema_.image:
        return []

    channels, height, width = estimator.schema_.x[0].shape
    step = step_of(height, width)

    return [-(-height // step), -(-width // step), 3 if channels >= 3 else 1]


def step_of(height: int, width: int) -> int:
    """Returns every how many pixels a small picture takes one."""

    return -(-max(height, width) // SIDE)


def pictures(estimator: Fitted, X: Any) -> NDArray[np.uint8]:
    """Returns images as small pictures with 8 bits, with shape (N, H, W, 1 or 3)."""

    variable = estimator.schema_.x[0]
    channels, height, width = variable.shape
    low = 0.0 if variable.low is None else variable.low
    high = 1.0 if variable.high is None else variable.high
    images = np.asarray(X, dtype=np.float32).reshape(len(X), *np.shape(X)[1:])

    if variable.axes == "HW":
        images = images.reshape(len(images), height, width, 1)
    elif variable.axes == "CHW":
        images = images.transpose(0, 2, 3, 1)

    step = step_of(height, width)
    shown = images[:, ::step, ::step, : 3 if channels >= 3 else 1]

    return (255 * np.clip((shown - low) / max(high - low, 1e-12), 0, 1)).round().astype(np.uint8)


def cells(estimator: Fitted, X: Any) -> list[list[dict[str, Any]]]:
    r"""Returns the cells of rows of a table: name, text, and whether the model finds the cell unusual.

    A number is unusual if it is far from the number that the model makes of the row; a category, if it differs. No
    vector is unusual in one number.

    Arguments:
        estimator: The model.
        X: The rows, a frame or an array.
    """

    if estimator.schema_.single:
        return [[cell | {"unusual": False} for cell in row] for row in texts(estimator, X)]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        again = estimator.inverse_transform(estimator.transform(X))

    shown, made = framed(estimator, X), framed(estimator, again)
    scales = {v.source: v.scale for v in estimator.schema_.x if not v.classes}
    found: list[list[dict[str, Any]]] = [[] for _ in range(len(shown))]

    for name in shown.columns:
        marks = strange(shown[name], made[name] if name in made else None, scales.get(str(name)))

        for row, value, mark in zip(found, shown[name].tolist(), marks, strict=True):
            row.append({"name": str(name), "text": text_of(value), "unusual": bool(mark)})

    return found


def texts(estimator: Fitted, X: Any) -> list[list[dict[str, Any]]]:
    """Returns the cells of rows of a table as :func:`cells` does, without marks; of sparse rows the largest entries."""

    if estimator.schema_.container == "sparse":
        return [
            [{"name": name, "text": text_of(value)} for name, value in row]
            for row in largest(codec_of(estimator.schema_).plain(X), estimator.schema_.x[0], ENTRIES)
        ]

    shown = framed(estimator, X)
    columns = [[text_of(value) for value in shown[name].tolist()] for name in shown.columns]
    names = [str(name) for name in shown.columns]

    rows = zip(*columns, strict=True)

    return [[{"name": name, "text": text} for name, text in zip(names, row, strict=True)] for row in rows]


def framed(estimator: Fitted, X: Any) -> Any:
    """Returns the rows of a table, or vectors, as a frame."""

    if estimator.schema_.single and not isinstance(X, pd.DataFrame):
        return pd.DataFrame({estimator.schema_.x[0].name: list(np.asarray(X))})

    return X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X), columns=names_of(estimator, X))


def strange(given: Any, made: Any, scale: float | None) -> NDArray[np.bool_]:
    """Returns the mask of the unusual cells of a column."""

    known = given.notna().to_numpy()

    if made is None:
        return np.zeros(len(given), dtype=bool)

    if pd.api.types.is_numeric_dtype(given.dtype) and scale is not None:
        apart = np.abs(given.to_numpy(float, na_value=np.nan) - made.to_numpy(float, na_value=np.nan))

        return known & (np.nan_to_num(apart) > FAR * scale)

    return known & (given.astype(str).to_numpy() != made.astype(str).to_numpy())


def text_of(value: Any) -> str:
    """Returns a cell as text; of a vector, the first numbers."""

    if isinstance(value, list | tuple | np.ndarray):
        return f"{', '.join(f'{number:.3g}' for number in value[:FIRST])}, ... ({len(value)} numbers)"

    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""

    return f"{value:.5g}" if isinstance(value, float) else str(ready(value))


def column(X: Any, names: list[str], name: str) -> Column:
    r"""Returns one column of a table for its colors.

    Arguments:
        X: The rows.
        names: The names of its columns.
        name: The name of the column.
    """

    values = cells_of(X, names, name)
    values = values.map(text_of) if len(values) and isinstance(values.iloc[0], list | np.ndarray) else values

    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        return Column(values.to_numpy(float, na_value=np.nan))

    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return Column(values.to_numpy("datetime64[s]").astype(float))

    texts = values.astype(object).where(values.notna(), None)
    frequent = texts.value_counts().index[:CLASSES].tolist()
    codes = texts.map({entry: place for place, entry in enumerate(frequent)}).astype(float)

    return Column(codes.to_numpy(float, na_value=np.nan), tuple(str(ready(entry)) for entry in frequent))


def cells_of(X: Any, names: list[str], name: str) -> Any:
    """Returns the cells of one column as a series; takes what :func:`column` does."""

    place = names.index(name)

    return X.iloc[:, place] if isinstance(X, pd.DataFrame) else pd.Series(np.asarray(X).reshape(len(X), -1)[:, place])
