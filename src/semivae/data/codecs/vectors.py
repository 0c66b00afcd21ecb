r"""Rows as vectors: the numbers of a row are the coordinates of one point, such as an embedding by another model."""

from __future__ import annotations

__all__ = ["VectorCodec", "are_vectors", "vector_column"]

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.array import as_array
from semivae.data.codecs.base import Codec, Rows, Values
from semivae.data.codecs.frame import is_frame, pandas_frame, refuse_empty
from semivae.data.codecs.stacked import as_series, holds_vectors, is_text, stacked, texts
from semivae.data.labels.classes import Table, listed
from semivae.data.sentences.embed import embedded
from semivae.errors import DataError, SchemaError
from semivae.variables import Container, Variable

# An array is judged to hold embeddings if its rows have at least so many numbers, their lengths differ by at most this
# share, and at least so many numbers are negative: rows of word counts or pixels that were normalized are not.
FEWEST, SAME_LENGTH, NEGATIVE = 64, 0.01, 0.05

# The rows by which an array is judged.
JUDGED = 2_000

NAME = "vector"


class VectorCodec(Codec):
    r"""Codec of vectors with shape (N, P), of a column of a frame that holds lists, or of texts that are embedded.

    Vectors map to :math:`(v - c) / s`, where :math:`c` is their mean and :math:`s` their root mean squared distance
    from it along one axis. One scale keeps angles as they are. Scaling each number by itself would make the directions
    in which vectors hardly differ as large as the others.
    """

    container: ClassVar[Container] = "vector"

    @classmethod
    def fit(cls, X: Rows, column: str = "", held: str = "", left_out: Sequence[str] = ()) -> Self:
        r"""Finds the center, the scale and the length of vectors.

        Arguments:
            X: The rows.
            column: The column of a frame that holds the vectors or texts.
            held: How it holds them: "list" or "text".
            left_out: The columns of the frame that are not modeled.

        Raises:
            DataError: If they have different sizes, or a number is not finite.
        """

        cells = pandas_frame(X)[column] if column else X
        vectors = embedded(list(texts(cells, column))) if held == "text" else stacked(cells, column)
        exact = vectors.astype(np.float64)
        center = exact.mean(axis=0)
        lengths = np.linalg.norm(exact, axis=1)
        scale = float(np.sqrt(np.square(exact - center).mean()))

        vector = Variable(
            name=column or NAME,
            kind="vector",
            shape=vectors.shape[1:],
            low=float(vectors.min()),
            high=float(vectors.max()),
            scale=scale if scale > 0 else 1.0,
            dtype=vectors.dtype.name if vectors.dtype.kind == "f" else "float64",
            centers=tuple(center.tolist()),
            norm=float(lengths.mean()) if same(lengths) else None,
            held=held,
        )

        return cls([vector], left_out)

    def encode(self, X: Rows) -> Values:
        """Returns vectors in the units of the model, float32, with shape (N, P)."""

        vectors = self.plain(X)
        (width,) = self.variables[0].shape

        if vectors.shape[1] != width:
            raise SchemaError(
                f"X has vectors of {vectors.shape[1]} numbers",
                f"the model was fitted on vectors of {width} numbers",
                "embed the rows with the same model as in the fit",
            )

        return self.in_model_units(vectors.astype(np.float64)).astype(np.float32)

    def plain(self, X: Rows) -> NDArray[np.generic]:
        r"""Returns the vectors of rows, with shape (N, P).

        Raises:
            SchemaError: If a frame has other columns than in the fit.
        """

        vector = self.variables[0]

        if is_frame(X):
            frame = pandas_frame(X)
            refuse_empty(frame)
            X = frame.drop(columns=list(self.left_out), errors="ignore")

            if vector.name not in X and X.shape[1:] == vector.shape:
                return stacked(X.to_numpy(), vector.name)

            self.check(list(X))
            X = X[vector.name]

        if vector.held == "text" and is_text(X):
            return embedded(list(texts(as_series(X), vector.name)))

        return stacked(X, vector.name)

    @property
    def columns(self) -> list[str]:
        """The names x0, x1, ... of the numbers."""

        return [f"x{j}" for j in range(self.variables[0].shape[0])]

    def check(self, names: Sequence[str]) -> None:
        r"""Checks that the columns of a frame are the column of the fit.

        Raises:
            SchemaError: If they are not.
        """

        name = self.variables[0].name
        extra = [other for other in names if other != name]
        differences = [] if name in names else [f"missing columns: {listed([name])}"]
        differences += [f"unknown columns: {listed(extra, 50)}"] if extra else []

        if differences:
            raise SchemaError(
                "the data differs from the rows of the fit:\n  - " + "\n  - ".join(differences),
                fix="give the columns of the fit, or an array of vectors",
            )

    def decode(self, values: Values, within: bool = False) -> Rows:
        """Returns vectors in the type of the fit; a column of lists if the fit had one. Text cannot be decoded."""

        vector = self.variables[0]
        vectors = self.in_units(values, within).astype(np.dtype(vector.dtype))

        return pd.DataFrame({vector.name: list(vectors)}) if vector.held == "list" else vectors

    def in_model_units(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns vectors in the units of the model, from those of the user, both with shape (N, P)."""

        return (table - self.variables[0].centers) / self.variables[0].scale

    def in_units(self, values: Values, within: bool) -> NDArray[np.float64]:
        """Returns vectors in the units of the user; within the data, they get the length that all of them have."""

        vector = self.variables[0]
        found = np.asarray(values, dtype=np.float64) * vector.scale + vector.centers

        if not within or vector.norm is None:
            return found

        return found * (vector.norm / np.maximum(np.linalg.norm(found, axis=-1, keepdims=True), np.finfo(float).tiny))

    def log_volume(self, values: Values) -> NDArray[np.float64]:
        r"""Returns :math:`- P \log s` for each row, with shape (N,)."""

        return np.full(len(values), -values.shape[-1] * np.log(self.variables[0].scale))


def vector_column(frame: Table, embed: str) -> tuple[str, str] | None:
    r"""Finds the column of a frame whose cells are vectors.

    Arguments:
        frame: The columns that are modeled.
        embed: The column of texts that become vectors; empty for none.

    Returns:
        Its name, and how its cells hold vectors: as a "list" or as "text". None without such a column.

    Raises:
        DataError: If the frame has other columns, too.
    """

    name = embed or next((name for name in frame if holds_vectors(frame[name])), None)

    if name is None:
        return None

    held = "list" if holds_vectors(frame[name]) else "text"
    others = [other for other in frame if other != name]

    if others:
        raise DataError(
            f"column {name!r} holds {'vectors' if held == 'list' else 'texts to embed'} beside {listed(others)}",
            "a row is either one vector, or cells of other kinds",
            f"drop={others}, or id_columns={others} to carry them into predictions",
        )

    return name, held


def are_vectors(X: Rows) -> bool:
    r"""Whether an array holds embeddings rather than a table: many numbers of both signs, and rows of one length.

    Models of text and pictures often scale their embeddings to length 1. Rows of a table hardly ever have one length.
    """

    array = as_array(X)

    if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype.kind != "f":
        return False

    if array.shape[1] < FEWEST or len(array) < 2:
        return False

    some = np.asarray(array[:: -(-len(array) // JUDGED)], dtype=np.float64)

    # Vectors that lack a number are refused with a word, rather than taken for the cells of a table.
    whole = some[np.isfinite(some).all(axis=1)]

    if len(whole) < max(2, len(some) / 2):
        return False

    return bool(same(np.linalg.norm(whole, axis=1)) and (whole < 0).mean() >= NEGATIVE)


def same(lengths: NDArray[np.float64]) -> bool:
    """Whether all vectors have the same length, which is not 0."""

    return bool(lengths.min() > 0 and lengths.max() <= lengths.min() * (1 + SAME_LENGTH))
