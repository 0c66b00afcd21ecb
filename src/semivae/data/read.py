r"""Rows read from a file, or from a named set."""

from __future__ import annotations

__all__ = ["read"]

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.frame import pandas_frame
from semivae.data.files import idx
from semivae.data.files.arrays import ENDINGS as ARRAYS
from semivae.data.files.arrays import picked, read_array, refuse_unnamed
from semivae.data.files.cells import ENDING as CELLS
from semivae.data.files.cells import is_sparse_file, read_cells, read_sparse
from semivae.data.files.delimited import as_target, not_utf8, read_delimited
from semivae.data.files.npy import read_npy, read_npz
from semivae.data.files.parquet import named
from semivae.data.files.paths import refuse_irregular, shown
from semivae.data.files.photos import holds_pictures, listing, read_folder, read_listing
from semivae.data.in_memory import InMemory
from semivae.data.labels.classes import Cells, listed
from semivae.data.sets import named as datasets
from semivae.data.source import damaged, nearest
from semivae.errors import DataError, SettingError
from semivae.variables import Variable

Reader = Callable[[Path, str | None], tuple[Any, Any]]

# Errors of the readers for a file that is damaged, or is not of the type that its ending says.
DAMAGE = (
    *(OSError, EOFError, ValueError, TypeError, KeyError, RuntimeError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, pd.errors.ParserWarning),
)

DELIMITED = (".csv", ".tsv", ".txt", ".dat", ".data")


def read(
    where: str | Path,
    target: str | None = None,
    split: str = "train",
    *,
    download: bool = False,
    header: bool = True,
    text: Collection[str] = (),
    exact: Collection[str] = (),
    resize: int | Sequence[int] | None = None,
    like: Variable | None = None,
    pictures: bool = True,
) -> InMemory:
    r"""Reads rows and their target.

    Arguments:
        where: The name of a named set; a file: CSV or TSV (also with .gz), parquet, npy, npz (also of a sparse matrix),
            idx or h5ad; FILE::NAME for an array of a .mat, HDF5 or npz file, or a layer of an h5ad file; a folder of
            pictures, with a folder for each class; or a table with a column of the names of pictures.
        target: The column or array of the labels; None to read rows only.
        split: The part of a named set: "train", "test" or "all". A file has no parts.
        download: Whether to download a named set that is not on this machine.
        header: Whether the first line of a text file names the columns. If not, they are x0, x1, ...
        text: Columns of a text file to read as text, even if every cell is a number.
        exact: Columns to keep as they are written, such as identifiers: 007 is not 7, and NA is not missing.
        resize: The height and width that pictures are scaled to, or one number for both.
        like: The images of a saved model that will see the pictures.
        pictures: Whether a table that names pictures stands for these.

    Raises:
        DataError: If the file does not exist or cannot be read, or has no rows or no such target.
        SettingError: If header=False is given for a file that is not a text file.
    """

    if str(where) in datasets.names():
        refuse_headless(str(where), header)

        return datasets.load(str(where), target, split, download=download)

    pick = picked(str(where))
    path = Path(where).expanduser() if pick is None else pick.path

    if holds_pictures(path):
        reader = partial(read_folder, resize=resize, like=like)
    elif pick is not None and path.suffix == CELLS:
        reader = partial(read_cells, layer=pick.name)
    elif pick is None:
        reader = reader_of(path, header, text, exact)
    else:
        refuse_irregular(path, "a file of arrays is needed")
        reader = partial(read_array, pick)

    try:
        x, y = reader(path, target)

        if pictures and (column := listing(x)) is not None:
            x = read_listing(x, column, path, resize, like)
    except DataError:
        raise
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    except DAMAGE as error:
        raise damaged(path, error) from error

    rows = InMemory(x, y, shown(path.name), target)

    if len(rows) == 0:
        raise DataError(f"{shown(path)} holds no rows", "at least one row is needed")

    return rows


def reader_of(path: Path, header: bool = True, text: Collection[str] = (), exact: Collection[str] = ()) -> Reader:
    r"""Returns the function that reads a file with this ending. The other arguments go to it, see :func:`read`.

    Raises:
        DataError: If there is no such file, or its type is not known.
        SettingError: If header=False is given for a file that is not a text file.
    """

    needed = f"a file is needed, or one of the named sets {listed(datasets.names())}"
    refuse_irregular(path, needed, nearest(shown(path), datasets.names()))

    name = path.name.lower().removesuffix(".gz")

    if name.endswith(DELIMITED):
        return partial(read_delimited, header=header, text=text, exact=exact)

    endings: dict[tuple[str, ...], Reader] = {
        (".parquet", ".pq"): read_parquet,
        (".npy",): read_npy,
        (".npz",): read_sparse if name.endswith(".npz") and is_sparse_file(path) else read_npz,
        (CELLS,): read_cells,
        ARRAYS: refuse_unnamed,
        (".idx", "-ubyte", ".idx1", ".idx3"): read_idx,
    }

    for known, reader in endings.items():
        if name.endswith(known):
            refuse_headless(shown(path), header)

            return reader

    raise DataError(
        f"{shown(path)} is of a type that is not known",
        f"its name must end in one of {', '.join((*DELIMITED, *sum(endings, ())))} (or these with .gz)",
    )


def refuse_headless(where: str, header: bool) -> None:
    """Raises a SettingError if header=False is given for data that is not a text file."""

    if not header:
        raise SettingError(
            f"header=False for {where}",
            f"only text files ({', '.join(DELIMITED)}) have a first line with the names of the columns",
            "leave header=False out",
        )


def read_parquet(path: Path, target: str | None) -> tuple[pd.DataFrame, Cells | None]:
    """Reads a parquet file."""

    try:
        with named(path) as source:
            frame = pandas_frame(pd.read_parquet(source))
    except ImportError as error:
        raise DataError("pyarrow is not installed", "parquet files need it", "pip install 'semivae[data]'") from error

    return as_target(frame, target, shown(path.name))


def read_idx(path: Path, target: str | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Reads an idx file of images. The labels are in a second file beside it, named as in MNIST."""

    x = idx.read(path)

    if x.ndim < 2:
        raise DataError(
            f"{shown(path)} holds labels rather than images",
            "the file with the images is needed",
        )

    if target is None:
        return x, None

    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))

    if beside == path or not beside.is_file():
        raise DataError(
            f"{shown(path)} has no labels beside it", "they must be in a file such as train-labels-idx1-ubyte.gz"
        )

    return x, idx.read(beside).astype(np.int64)
