r"""Batches of cells, such as donors, whose effect on the counts is taken out of a latent: marks behind the counts."""

from __future__ import annotations

__all__ = ["Batches", "batches_in", "marks", "refuse_batches", "with_batches"]

import warnings
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from semivae.data.cells import batches_of, is_cells
from semivae.data.codecs.base import Rows, Values
from semivae.data.sparse import Matrix
from semivae.errors import DataError
from semivae.variables import Variable

# The name of a column beside cells, and its values.
Batches: TypeAlias = tuple[str, NDArray[np.object_]]


def marks(X: Rows, row: Variable) -> Matrix:
    """Returns ones at the batches of rows, with shape (N, B); none of rows without the column and of new batches."""

    if not is_cells(X) or row.batch not in X.obs:
        return csr_matrix((X.shape[0], len(row.batches)))

    found = batches_of(X, row.batch)
    places = pd.Index(row.batches).get_indexer(pd.Index(found))
    known = np.flatnonzero(places >= 0)

    if len(known) < len(found):
        warnings.warn(
            f"{len(found) - len(known):,} cells are of batches that the fit did not have, such as "
            f"{found[places < 0][0]!r}: they are read as cells of no batch",
            stacklevel=4,
        )

    return csr_matrix((np.ones(len(known)), (known, places[known])), (len(found), len(row.batches)))


def refuse_batches(counts: bool, batches: Batches) -> None:
    """Checks that the effect of batches can be told."""

    name, values = batches

    if not counts:
        raise DataError(f"batch={name!r} with fractions", "the effect of a batch is one on counts", "batch=None")

    if len(set(values.tolist())) < 2:
        raise DataError(f"all cells have the same {name!r}", "an effect needs at least two batches", "batch=None")


def batches_in(values: Values, row: Variable) -> NDArray[np.object_]:
    """Returns the batch of encoded rows with shape (N, P + B), with shape (N,); empty for none."""

    found = np.asarray(values)[:, row.shape[0] :]
    names = np.array([*row.batches, ""], dtype=object)

    return names[np.where(found.any(axis=1), found.argmax(axis=1), -1)]


def with_batches(counts: Matrix, batches: NDArray[np.object_], row: Variable, names: Sequence[str]) -> Any:
    r"""Returns counts as AnnData with their batch beside them.

    Arguments:
        counts: The counts, with all columns of the fit.
        batches: The batch of each row, with shape (N,).
        row: The variable.
        names: The names of the modeled columns.
    """

    from semivae.data.files.cells import anndata

    genes = np.array([f"x{place}" for place in range(row.among)], dtype=object)
    genes[list(row.kept or range(row.among))] = names
    cells = np.array([str(place) for place in range(len(batches))], dtype=object)

    return anndata().AnnData(counts, pd.DataFrame({row.batch: batches}, cells), pd.DataFrame(index=genes))
