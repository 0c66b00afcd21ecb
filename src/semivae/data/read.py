r"""Rows from a file, or from a named set."""

from __future__ import annotations

__all__ = ["read"]

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.codecs.frame import pandas_frame
from semivae.data.files import idx
from semivae.data.files.delimited import as_target, not_utf8, read_delimited
from semivae.data.files.npy import read_npy, read_npz
from semivae.data.files.parquet import named
from semivae.data.files.paths import refuse_irregular, shown
from semivae.data.labels.classes import Cells, listed
from semivae.data.sets import named as datasets
from semivae.data.source import Source, damaged, nearest
from semivae.errors import DataError, SettingError

Reader = Callable[[Path, str | None], tuple[Any, Any]]

# What the readers raise when a file is damaged or is something else than its ending says.
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
) -> Source:
    r"""Reads rows and their target.

    Arguments:
        where: The name of a named set, or a file: CSV or TSV (also with .gz), parquet, npy, npz, or idx.
        target: The column, array or set of labels to be told; None to read rows only.
        split: Which rows of a named set: "train", "test" or "all". A file has no parts.
        download: Whether a named set that is not on this machine may be downloaded.
        header: Whether the first line of a text file names the columns, which are x0, x1, ... otherwise.
        text: The columns of a text file that hold no numbers, even where every cell could be one.
        exact: Those whose cells are kept as they are written, such as identifiers: 007 is not 7, nor NA missing.

    Raises:
        DataError: If it does not exist, cannot be read, holds no row or no such target.
        SettingError: If the file is no text file, whose first line could hold values.
    """

    if str(where) in datasets.names():
        refuse_headless(str(where), header)

        return datasets.load(str(where), target, split, download=download)

    path = Path(where).expanduser()
    reader = reader_of(path, header, text, exact)

    try:
        x, y = reader(path, target)
    except DataError:
        raise
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    except DAMAGE as error:
        raise damaged(path, error) from error

    if len(x) == 0:
        raise DataError(f"{shown(path)} holds no rows", "at least one row is needed")

    return Source(x, y, shown(path.name), target)


def reader_of(path: Path, header: bool = True, text: Collection[str] = (), exact: Collection[str] = ()) -> Reader:
    r"""Returns the function that reads a file, judging by its ending.

    Arguments:
        path: The file.
        header: Whether the first line of a text file names the columns.
        text: The columns of a text file that hold no numbers.
        exact: Those whose cells are kept as they are written.

    Raises:
        DataError: If there is no such file, or its type is not known.
        SettingError: If there is no header in a file that is no text file.
    """

    needed = f"here the data must be a file, or one of the named sets {listed(datasets.names())}"
    refuse_irregular(path, needed, nearest(shown(path), datasets.names()))

    name = path.name.lower().removesuffix(".gz")

    if name.endswith(DELIMITED):
        return partial(read_delimited, header=header, text=text, exact=exact)

    endings: dict[tuple[str, ...], Reader] = {
        (".parquet", ".pq"): read_parquet,
        (".npy",): read_npy,
        (".npz",): read_npz,
        (".idx", "-ubyte", ".idx1", ".idx3"): read_idx,
    }

    for known, reader in endings.items():
        if name.endswith(known):
            refuse_headless(shown(path), header)

            return reader

    raise DataError(
        f"{shown(path)} is of a type that is not known",
        f"the ending must be one of {', '.join((*DELIMITED, *sum(endings, ())))} (or these with .gz)",
    )


def refuse_headless(where: str, header: bool) -> None:
    """Checks that a header is not denied where there can be none."""

    if not header:
        raise SettingError(
            f"{where} without a header",
            f"only text files ({', '.join(DELIMITED)}) have a first line that may hold values instead of names",
            "header=True",
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
    """Reads an idx file of images; the labels are in a file beside it, whose name says so."""

    x = idx.read(path)

    if x.ndim < 2:
        raise DataError(
            f"{shown(path)} holds {x.ndim} numbers a row, so labels rather than images",
            "name the file of the images",
        )

    if target is None:
        return x, None

    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))

    if beside == path or not beside.is_file():
        raise DataError(
            f"{shown(path)} has no labels beside it", "they must be in a file such as train-labels-idx1-ubyte.gz"
        )

    return x, idx.read(beside).astype(np.int64)
