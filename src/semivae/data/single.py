r"""Rows that are one value each: an image, a vector, a sparse row or a string. Their codec is fitted to some of them.

Rows in memory are all seen. Of rows on disk a part is, which lies evenly among them.
"""

from __future__ import annotations

__all__ = ["fit_single"]

import math
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy.sparse import issparse

from semivae.data.cells import batches_of, joined
from semivae.data.codecs.base import Codec, Rows
from semivae.data.codecs.images import ImageCodec
from semivae.data.codecs.selection import Selection
from semivae.data.codecs.sequences import SequenceCodec
from semivae.data.codecs.sparse import SparseCodec
from semivae.data.codecs.vectors import VectorCodec, are_vectors, vector_column
from semivae.data.labels.classes import listed
from semivae.data.source import Source
from semivae.errors import DataError, SettingError

# The most rows on disk that a codec is fitted to, and their most bytes where they are arrays.
MOST, BYTES = 50_000, 2**28

# A codec, and the names of the columns of the rows.
Fitted: TypeAlias = tuple[Codec, tuple[str, ...]]


def fit_single(source: Source, selection: Selection) -> Fitted | None:
    r"""Returns the codec of rows of one value each, and the names of their columns; None of tables.

    Arguments:
        source: The rows.
        selection: What the user chose of them.

    Raises:
        DataError: If the rows cannot be used.
        SettingError: If columns are selected that are not there, or have no names.
    """

    match source.container:
        case "frame":
            return of_column(source, selection)
        case "sequence":
            selection.refuse("strings")
            return SequenceCodec.fit(next(source.rows()), way=selection.way), ("text",)

    selection.refuse("arrays")

    if selection.way:
        raise SettingError(f"kinds={selection.row!r} for an array", "molecules are strings", "X = list(texts)")

    match source.container:
        case "image":
            if source.in_parts and selection.binarize == "stochastic":
                raise SettingError(
                    "binarize='stochastic' with a stream", "pixels on disk are drawn once", "binarize='static'"
                )

            return ImageCodec.fit(some(source), selection.binarize or None, selection.resize or None), ("image",)
        case "sparse":
            rows = some(source)
            batches = (selection.batch, batches_of(rows, selection.batch)) if selection.batch else None
            sparse = SparseCodec.fit(rows, selection.most, source.columns, batches)
            (row,) = sparse.variables
            return sparse, row.names or tuple(f"x{column}" for column in range(row.among))

    # The first block shows what an array holds.
    if selection.row == "vector" or (not selection.row and are_vectors(next(source.rows()))):
        codec = VectorCodec.fit(some(source))
        return codec, tuple(codec.columns)

    return None


def of_column(source: Source, selection: Selection) -> Fitted | None:
    """Returns the codec of the one column of a frame that rows are read from, such as whole strings; None of others."""

    names = tuple(source.columns)
    selection.check(names)
    read = selection.modeled(names, source.identifier)
    column = selection.whole

    if column is not None:
        others = [name for name in read if name != column]

        if others:
            raise DataError(
                f"there are columns beside the strings of {column!r}: {listed(others, 30)}",
                "a row is one string, or one of several cells",
                f"drop={others[:30]}",
            )

        left_out = tuple(name for name in names if name != column)

        return SequenceCodec.fit(some(source), column, left_out, selection.way), names

    found = vector_column(next(source.rows(read)), selection.embed) if read else None

    if found is None:
        return None

    return VectorCodec.fit(some(source), *found, [name for name in names if name not in read]), names


def some(source: Source) -> Rows:
    """Returns the rows that a codec is fitted to: all in memory, or every k-th on disk."""

    if not source.in_parts:
        return next(source.rows())

    step = math.ceil(len(source) / min(MOST, max(1, BYTES // bytes_of(next(source.rows())))))
    parts: list[Any] = []
    start, low, high = 0, np.inf, -np.inf

    for block in source.rows():
        places = np.arange(-start % step, block.shape[0], step)
        start += block.shape[0]

        if source.container == "image":
            # The range of pixels is that of all images.
            pixels = block.reshape(len(block), -1)
            lowest, highest = pixels.min(axis=1), pixels.max(axis=1)
            ends = [lowest.argmin()] * bool(lowest.min() < low) + [highest.argmax()] * bool(highest.max() > high)
            places = np.union1d(places, ends).astype(int)
            low, high = min(low, lowest.min()), max(high, highest.max())

        parts.append(block.iloc[places] if isinstance(block, pd.DataFrame) else block[places])

    if source.container == "sparse":
        return joined(parts)

    return pd.concat(parts) if source.container == "frame" else np.concatenate(parts)


def bytes_of(block: Any) -> int:
    """Returns the bytes of a row of an array or of cells; 1 of other rows, which are small."""

    held: Any = getattr(block, "X", block)
    size = 12 * held.nnz if issparse(held) else held.nbytes if isinstance(held, np.ndarray) else 0

    return max(1, size // max(1, block.shape[0]))
