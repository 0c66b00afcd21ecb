r"""Rows as a sparse matrix: bags of words, TF-IDF, and the counts of single cells."""

from __future__ import annotations

__all__ = ["SparseCodec", "as_rows"]

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from semivae.data.cells import batches_of, counts_of, genes_of, is_cells
from semivae.data.codecs.base import Codec, Rows, Values
from semivae.data.codecs.batches import Batches, marks, refuse_batches, with_batches
from semivae.data.codecs.sparse_facts import of_counts, of_weights
from semivae.data.codecs.variable_columns import most_variable
from semivae.data.labels.classes import listed
from semivae.data.sparse import Matrix, SparseRows, are_counts, is_sparse
from semivae.errors import DataError, SchemaError
from semivae.variables import Container, Variable

# With more columns than this, "auto" models the most variable ones alone: so many are slow, and most say little.
MANY, SOME = 4000, 2000


class SparseCodec(Codec):
    r"""Codec of sparse matrices with shape (N, P). Missing entries are zeros; none is unknown.

    Counts stay as they are. Other numbers are divided by their root mean square over all rows and columns. The batch of
    cells follows their counts: one more number for each batch, which is 1 for that of the cell.
    """

    container: ClassVar[Container] = "sparse"

    @classmethod
    def fit(cls, X: Rows, most: int = 0, names: Sequence[str] = (), batches: Batches | None = None) -> Self:
        r"""Finds the kind of the rows, and the columns to model.

        Arguments:
            X: The rows.
            most: The most columns to model; 0 models all, up to 4,000, or the 2,000 most variable ones.
            names: The names of the columns, if they have some.
            batches: The column beside cells whose effect is taken out, and its values, with shape (N,).

        Raises:
            DataError: If the rows cannot be used.
        """

        matrix = as_rows(X)
        refuse(matrix)
        counts = are_counts(matrix.data)
        limit = most or (SOME if matrix.shape[1] > MANY else MANY)
        kept = most_variable(matrix, limit, counts) if matrix.shape[1] > limit else np.arange(matrix.shape[1])
        rows, among = matrix[:, kept], matrix.shape[1]
        left = np.delete(np.array(names, dtype=object), kept).tolist() if names else []
        facts: dict[str, Any] = {
            "shape": (len(kept),),
            "low": float(min(0.0, rows.data.min(initial=0.0))),
            "high": float(rows.data.max(initial=0.0)),
            "dtype": matrix.dtype.name,
            "whole": counts,
            "among": among,
            "kept": () if len(kept) == among else tuple(kept.tolist()),
            "names": tuple(np.array(names, dtype=object)[kept].tolist()) if names else (),
        }
        chosen = f"{len(kept):,} of {among:,} columns are modeled: those that vary most (most_columns)"
        notes = [chosen] if not most and len(kept) < among else []

        if batches is not None:
            refuse_batches(counts, batches)
            facts |= {"batch": batches[0], "batches": tuple(sorted(set(batches[1].tolist())))}

        variable = Variable(**facts, **(of_counts(rows) if counts else of_weights(rows)))

        return cls([variable], left, notes)

    def encode(self, X: Rows) -> Any:
        """Returns rows in the units of a model, sparse, with shape (N, P), and with their batch (N, P + B)."""

        row = self.variables[0]
        matrix = self.columns_of(X)
        refuse_infinite(matrix)

        if row.whole and not (matrix.data == np.rint(matrix.data)).all():
            refuse_fractions(matrix, math.exp(row.mean))

        if row.whole and (matrix.data < 0).any():
            raise SchemaError("the sparse rows hold negative numbers", "the model was fitted on counts", "give counts")

        values: Matrix = csr_matrix(matrix.astype(np.float64) / row.scale)

        return SparseRows(hstack([values, marks(X, row)], format="csr") if row.batches else values)

    @property
    def width(self) -> int:
        """The number of values of an encoded row."""

        return super().width + len(self.variables[0].batches)

    def columns_of(self, X: Rows) -> Any:
        """Returns the modeled columns of rows, matched by name where both have names."""

        row, matrix = self.variables[0], as_rows(X)

        if is_cells(X) and row.names:
            kept, genes = list(row.kept or range(row.among)), pd.Index(genes_of(X))

            if len(genes) == row.among and tuple(genes[kept]) == row.names:
                return matrix[:, kept] if row.kept else matrix

            if not genes.is_unique:
                raise DataError(
                    f"names of genes repeat: {listed(genes[genes.duplicated()].unique().tolist())}",
                    "genes are found by their names, unless all are those of the fit, in its order",
                    "cells.var_names_make_unique()",
                )

            places = genes.get_indexer(pd.Index(row.names))
            missing = [name for name, place in zip(row.names, places, strict=True) if place < 0]

            if missing:
                raise SchemaError(
                    f"the cells lack {len(missing):,} of {len(row.names):,} genes: {listed(missing)}",
                    "the model reads the genes that it was fitted on",
                    "give the cells of all genes, under the names of the fit",
                )

            return matrix[:, places]

        if matrix.shape[1] != row.among:
            raise SchemaError(
                f"X has {matrix.shape[1]} features",
                f"the model was fitted on {row.among} features",
                "give the same columns, in the same order, as in the fit",
            )

        return matrix[:, list(row.kept)] if row.kept else matrix

    def arranged(self, X: Rows) -> Rows:
        """Returns cells with all columns of the fit, in its order, as a matrix; as cells where their batch counts."""

        matrix, row = self.plain(X), self.variables[0]

        if not row.batches or (is_cells(X) and row.batch not in X.obs):
            return matrix

        return with_batches(matrix, batches_of(X, row.batch), row, self.numbers)

    def plain(self, X: Rows) -> Matrix:
        """Returns rows as a matrix with all columns of the fit; those of cells that are not modeled hold nothing."""

        return widened(csr_matrix(self.columns_of(X)), self.variables[0]) if is_cells(X) else X

    def decode(self, values: Values, within: bool = False) -> Any:
        """Returns a sparse matrix with all columns of the fit; those that are not modeled hold nothing.

        Drawn counts are whole, in the type of the fit. Means of counts are not rounded: nearly all are below a half.
        """

        row = self.variables[0]
        table = np.asarray(values, dtype=np.float64)[:, : row.shape[0]] * row.scale

        if row.whole and (table != np.rint(table)).any():
            # Zero inflation lowers means; the sum tells them from fractions of a user.
            table *= math.exp(row.mean) / table.sum(axis=1, keepdims=True).clip(np.finfo(float).tiny)

        if within:
            table = table if row.whole else np.where(np.abs(table) < row.scale, 0.0, table)
            table = np.clip(table, row.low or 0.0, None if row.whole else row.high)

        matrix: Matrix = csr_matrix(table)
        dtype = np.dtype(row.dtype)

        if dtype.kind != "f":
            whole = row.whole and (matrix.data == np.rint(matrix.data)).all()
            # Drawn counts may be larger than all that the type of the fit holds.
            dtype = (
                np.promote_types(dtype, np.min_scalar_type(int(matrix.data.max(initial=0))))
                if whole
                else np.dtype(np.float64)
            )

        return widened(matrix.astype(dtype), row)

    @property
    def numbers(self) -> list[str]:
        """The names of the modeled columns, in order."""

        row = self.variables[0]

        return list(row.names) or [f"x{place}" for place in row.kept or range(row.among)]

    def log_volume(self, values: Values) -> NDArray[np.float64]:
        """Returns the term that converts a log-density to the units of the user, with shape (N,)."""

        row = self.variables[0]

        return np.full(len(values), -row.shape[0] * math.log(row.scale))


def as_rows(X: Rows) -> Matrix:
    r"""Returns rows as a matrix in CSR form, without stored zeros.

    Raises:
        SchemaError: If they are not a sparse matrix.
        DataError: If they are no numbers, or there is no row or no column.
    """

    found = counts_of(X) if is_cells(X) else X

    if not is_sparse(found) and not is_cells(X) and getattr(found, "ndim", 0) != 2:
        raise SchemaError(
            f"the rows are {type(X).__name__}",
            "the model was fitted on a sparse matrix",
            "X = scipy.sparse.csr_matrix(X)",
        )

    if getattr(getattr(found, "dtype", None), "kind", "O") not in "biuf":
        raise DataError(f"the sparse rows are of type {found.dtype}", "they must be numbers", "X.astype(float)")

    matrix: Matrix = csr_matrix(found, copy=is_sparse(found) and found.format != "csr")

    for count, what in zip(matrix.shape, ("sample(s)", "feature(s)"), strict=True):
        if not count:
            raise DataError(f"Found array with 0 {what} (shape={matrix.shape}) while a minimum of 1 is required")

    if not matrix.has_canonical_format or (matrix.data == 0).any():
        matrix = matrix.copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()

    return matrix.astype(np.uint8) if matrix.dtype.kind == "b" else matrix


def refuse(matrix: Matrix) -> None:
    """Checks that numbers are finite, and not zeros alone."""

    refuse_infinite(matrix)

    if not matrix.nnz:
        raise DataError("the sparse rows hold zeros alone", "some number must differ from 0", "give rows with values")


def refuse_infinite(matrix: Matrix) -> None:
    """Checks that all numbers are finite."""

    if not np.isfinite(matrix.data).all():
        raise DataError(
            "the sparse rows contain NaN or infinite numbers",
            "every number of a sparse matrix must be finite; those that are not stored are zeros",
            "X.data = np.nan_to_num(X.data)",
        )


def refuse_fractions(matrix: Matrix, usual: float) -> None:
    """Refuses fractions in place of counts, except means that a model decoded: these have its usual sum."""

    sums = np.asarray(matrix.sum(axis=1)).ravel()

    if not np.allclose(sums, usual, rtol=1e-4):
        raise SchemaError(
            "the sparse rows hold fractions",
            "the model was fitted on counts: whole numbers from 0 on",
            "give the counts, before any normalization",
        )


def widened(matrix: Matrix, row: Variable) -> Matrix:
    """Returns modeled columns among all columns of the user."""

    if not row.kept:
        return matrix

    places = np.array(row.kept)[matrix.indices]

    return csr_matrix((matrix.data, places, matrix.indptr), shape=(matrix.shape[0], row.among))
