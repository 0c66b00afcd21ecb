r"""Rows as strings, such as molecules: a list, or the one modeled column of a frame."""

from __future__ import annotations

__all__ = ["LONGEST", "SequenceCodec", "is_texts"]

import warnings
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.base import Codec, Rows, Values
from semivae.data.codecs.frame import is_frame, pandas_frame
from semivae.data.codecs.stacked import missing
from semivae.data.codecs.tokens import UNKNOWN, joined, split, splitting, vocabulary
from semivae.data.labels.classes import listed
from semivae.errors import DataError, SchemaError
from semivae.variables import Container, Variable

# The most tokens of a string.
LONGEST = 128

# The name of strings that have none.
NAME = "text"


class SequenceCodec(Codec):
    r"""Codec of strings, which are split into tokens.

    A token is coded by its place in the vocabulary, from 1 on; one more code stands for every unknown token. Zeros
    follow the last token up to the length of the longest string.
    """

    container: ClassVar[Container] = "sequence"

    @classmethod
    def fit(cls, X: Rows, column: str = "", left_out: tuple[str, ...] = (), way: str = "") -> Self:
        r"""Infers the tokens and the longest string.

        Arguments:
            X: The strings, or a frame that has them in a column.
            column: The column of a frame; empty for strings alone.
            left_out: The other columns of the frame.
            way: How strings are split; empty to judge it by them.

        Raises:
            DataError: If the strings cannot be used.
        """

        texts = texts_of(X, column)
        way = way or splitting(texts)
        tokens = [split(text, way) for text in texts]
        known = vocabulary(tokens)

        if not known:
            if way == "selfies" and any(texts):
                raise DataError(
                    f"none of {len(texts):,} strings is a molecule in SMILES",
                    "SELFIES are made of them",
                    "kind 'sequence'",
                )

            raise DataError(f"all {len(texts):,} strings are empty", "strings need at least one token")

        # Convolutions over a single place leave a part of their gradient undefined on some processors.
        longest = min(LONGEST, max(2, *map(len, tokens)))
        cut = sum(len(one) > longest for one in tokens)
        notes = (
            [f"{cut:,} of {len(texts):,} strings have more than {longest} tokens: the rest is cut off"] if cut else []
        )
        variable = Variable(
            column or NAME, "sequence", (longest,), known, dtype="object", column=column, tokens=way, rare=True
        )

        return cls([variable], left_out, notes)

    def encode(self, X: Rows) -> Values:
        """Returns codes of tokens, float32, with shape (N, L)."""

        variable = self.variables[0]
        (longest,) = variable.shape
        codes = {token: code for code, token in enumerate(variable.classes, 1)}
        unknown = len(codes) + 1
        texts = texts_of(X, variable.column)
        values = np.zeros((len(texts), longest), dtype=np.float32)
        cut = 0

        for row, text in zip(values, texts, strict=True):
            tokens = split(text, variable.tokens)
            cut += len(tokens) > longest
            row[: len(tokens)] = [codes.get(token, unknown) for token in tokens[:longest]]

        if cut and not self.notes:
            warnings.warn(
                f"{cut:,} of {len(texts):,} strings have more than the {longest} tokens of the longest string of the "
                "fit: the rest is cut off",
                stacklevel=3,
            )

        return values

    def decode(self, values: Values, within: bool = False) -> Any:
        """Returns the strings: a frame if the fit was given one, else an array of objects."""

        variable = self.variables[0]
        tokens = np.array(["", *variable.classes, UNKNOWN], dtype=object)
        codes = np.rint(np.asarray(values, dtype=np.float64)).astype(np.int64).clip(0, len(tokens) - 1)
        texts = np.empty(len(codes), dtype=object)

        for i, row in enumerate(codes):
            (ends,) = np.nonzero(row == 0)
            texts[i] = joined(tokens[row[: ends[0] if len(ends) else None]].tolist(), variable.tokens)

        return pd.DataFrame({variable.name: texts.tolist()}) if variable.column else texts

    def log_volume(self, values: Values) -> NDArray[np.float64]:
        """Returns zeros, with shape (N,): a string has a probability."""

        return np.zeros(len(values))


def is_texts(X: Rows) -> bool:
    """Whether rows are strings: a list, an array with one axis, or a series."""

    if isinstance(X, list | tuple | pd.Series):
        return len(X) > 0 and isinstance(next((one for one in X if not missing(one)), None), str)

    return isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype.kind in "OUT" and is_texts(X.tolist())


def texts_of(X: Rows, column: str) -> list[str]:
    r"""Returns the strings of rows.

    Arguments:
        X: The strings, or a frame that has them in a column.
        column: The column of a frame; empty for strings alone.

    Raises:
        SchemaError: If a frame has no such column.
        DataError: If a row is no string.
    """

    if is_frame(X):
        frame = pandas_frame(X)
        (name,) = [column] if column else [str(frame.columns[0])]

        if name not in frame or (not column and len(frame.columns) > 1):
            raise SchemaError(
                f"the rows have the columns {listed(list(frame))}",
                f"the model was fitted on strings{f' in the column {column!r}' if column else ''}",
                f"X = frame[[{column or 'NAME'!r}]]",
            )

        X = frame[name]

    texts = np.asarray(X, dtype=object).ravel().tolist()
    wrong = [i for i, text in enumerate(texts) if not isinstance(text, str)]

    if wrong:
        raise DataError(
            f"{len(wrong):,} of {len(texts):,} rows are no strings, such as {texts[wrong[0]]!r} in row {wrong[0]}",
            "every row must be a string",
            f"X = X[X[{column!r}].notna()]" if column else "X = [text for text in X if isinstance(text, str)]",
        )

    if not texts:
        raise DataError(f"Found array with 0 sample(s) (shape={(0,)}) while a minimum of 1 is required")

    return texts
