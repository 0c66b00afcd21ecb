r"""The cells of an h5ad file, read block by block: their counts, the names of the genes, and the labels beside them."""

from __future__ import annotations

__all__ = ["CellBlocks"]

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from semivae.data.cells import LAYERS, whole
from semivae.data.files.cells import anndata
from semivae.data.files.paths import shown
from semivae.data.stream.blocks import ALL, Blocks
from semivae.errors import DataError
from semivae.variables import Container

# The rows of a block, by the first of which a layer is judged to hold counts; the bytes of a number that is not zero.
ROWS, BYTES = 2_000, 12


class CellBlocks(Blocks):
    """The cells of an h5ad file. Each block is an AnnData object of its own."""

    @property
    def container(self) -> Container:
        """Rows are sparse."""

        return "sparse"

    @property
    def files(self) -> list[Path]:
        """The one file."""

        return [self.path]

    @cached_property
    def cells(self) -> Any:
        """The cells without their counts, which stay in the file."""

        return anndata().read_h5ad(self.path, backed="r")

    @cached_property
    def matrix(self) -> Any:
        r"""The counts in the file: the matrix, or a layer of counts if it holds something else.

        Raises:
            DataError: If they are not stored row by row.
        """

        library, file = anndata(), self.cells.file._file
        places = [place for place in ("X", *(f"layers/{name}" for name in LAYERS)) if place in file]
        by_row = [place for place in places if file[place].attrs.get("encoding-type") == "csr_matrix"]
        dense = places[:1] == ["X"] != by_row[:1] and hasattr(file["X"], "shape")

        # Counts that are not sparse may be more than memory holds, and come first in memory.
        if not by_row or (dense and whole(file["X"][:ROWS])):
            raise DataError(
                f"{shown(self.path)} holds no sparse matrix that is stored row by row",
                "only such cells are read in blocks",
                "cells.X = scipy.sparse.csr_matrix(cells.X); cells.write_h5ad(file)",
            )

        found = [library.io.sparse_dataset(file[place]) for place in by_row]

        return next((one for one in found if whole(one[:ROWS])), found[0])

    @cached_property
    def beside(self) -> pd.DataFrame:
        """The columns of `obs`."""

        return self.cells.obs.reset_index(drop=True)

    @property
    def names(self) -> list[str]:
        """The names of the genes."""

        return list(map(str, self.cells.var_names))

    @property
    def bytes(self) -> int:
        """The memory that all rows take."""

        return BYTES * int(self.matrix.group["data"].shape[0])

    @property
    def size(self) -> int:
        """The rows of a block."""

        return ROWS

    def __len__(self) -> int:
        return int(self.cells.n_obs)

    def read(self, columns: Sequence[str] | None = None, rows: slice = ALL) -> Iterator[Any]:
        """Yields AnnData objects with all genes."""

        first, last, _ = rows.indices(len(self))

        for start in range(first, last, self.size):
            part = slice(start, min(start + self.size, last))

            yield anndata().AnnData(self.matrix[part], self.cells.obs.iloc[part], self.cells.var)
