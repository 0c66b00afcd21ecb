r"""Files of single cells (`.h5ad`), and sparse matrices that SciPy saved (`.npz`).

`cells.h5ad::NAME` takes the counts of a layer.
"""

from __future__ import annotations

__all__ = ["ENDING", "is_sparse_file", "read_cells", "read_sparse", "write_cells"]

import warnings
import zipfile
from pathlib import Path
from typing import Any

from semivae.data.cells import labels_of_cells
from semivae.data.files.npy import claim_in, no_labels, refuse_claims
from semivae.data.files.paths import shown
from semivae.data.labels.classes import listed
from semivae.errors import DataError

ENDING = ".h5ad"

# The arrays of a matrix that scipy.sparse.save_npz wrote in CSR or CSC form.
SPARSE = {"data", "format", "indices", "indptr", "shape"}


def is_sparse_file(path: Path) -> bool:
    """Whether an npz file holds a sparse matrix."""

    if not zipfile.is_zipfile(path):
        return False

    with zipfile.ZipFile(path) as archive:
        return {entry.removesuffix(".npy") for entry in archive.namelist()} >= SPARSE


def read_sparse(path: Path, target: str | None) -> tuple[Any, None]:
    """Reads a sparse matrix with shape (N, P)."""

    from scipy.sparse import load_npz

    if target is not None:
        raise no_labels(path, target)

    with zipfile.ZipFile(path) as archive:
        refuse_claims(path, [claim_in(archive, entry) for entry in archive.infolist()])

    return load_npz(path).tocsr(), None


def read_cells(path: Path, target: str | None, layer: str | None = None) -> tuple[Any, Any]:
    r"""Reads the cells of an h5ad file.

    Arguments:
        path: The file.
        target: The column of `obs` with the labels; None to read rows only.
        layer: The layer with the counts; None to find them.

    Raises:
        DataError: If anndata is not installed, or there is no such column or layer.
    """

    cells = anndata().read_h5ad(path)

    if layer is not None:
        if layer not in cells.layers:
            raise DataError(
                f"{shown(path.name)} has no layer {layer!r}",
                f"it has {listed(list(cells.layers)) or 'no layer'}",
                f"name the file only: {shown(path)}",
            )

        cells.X = cells.layers[layer]

    return cells, None if target is None else labels_of_cells(cells, target)


def write_cells(path: Path, cells: Any) -> None:
    """Writes cells as an h5ad file."""

    try:
        cells.write_h5ad(path)
    except Exception as error:
        if type(error).__name__ not in ("IORegistryError", "RuntimeError"):
            raise

        write_as_objects(path, cells)


def write_as_objects(path: Path, cells: Any) -> None:
    """Writes cells with text as objects, which versions of anndata need that do not know the text of pandas 3."""

    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        with pd.option_context("future.infer_string", False):
            copy = cells.copy()

            for table in (copy.obs, copy.var):
                table.index = table.index.astype(object)

                for name, column in table.items():
                    table[name] = as_objects(column)

            copy.write_h5ad(path)


def as_objects(column: Any) -> Any:
    """Returns a column of a frame with text as objects, also that of categories."""

    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = pd.Index(column.cat.categories.to_numpy(dtype=object), dtype=object)

        return pd.Categorical.from_codes(column.cat.codes, categories)

    return column.astype(object) if pd.api.types.is_string_dtype(column.dtype) else column


def anndata() -> Any:
    """Returns the library that reads these files."""

    try:
        import anndata  # type: ignore[import-not-found]
    except ImportError:
        raise DataError("anndata is not installed", "h5ad files need it", "pip install 'semivae[cells]'") from None

    return anndata
