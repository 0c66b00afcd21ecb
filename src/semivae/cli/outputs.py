r"""Files that commands write: checked before the work starts, and never written in part."""

from __future__ import annotations

__all__ = ["check_file", "check_folder", "check_new_folder", "write", "write_cells", "write_files", "write_table"]

import tempfile
import warnings
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from semivae.errors import SettingError, StoreError
from semivae.store import exists, refuse_to_replace, replaced, resolved, unwritable

if TYPE_CHECKING:
    import pandas as pd

TABLES = (".csv", ".parquet")


def check_folder(folder: Path, overwrite: bool) -> None:
    r"""Checks that a model folder can be written and may be.

    Raises:
        StoreError: If it exists and may not be replaced, or cannot be written.
    """

    refuse_to_replace(resolved(folder), overwrite)
    check_parent(folder)


def check_file(path: Path, overwrite: bool, endings: Sequence[str] = TABLES) -> None:
    r"""Checks that a file may and can be written.

    Raises:
        SettingError: If its ending is unknown.
        StoreError: If it exists and may not be replaced, or cannot be written.
    """

    if path.suffix.lower() not in endings:
        raise SettingError(
            f"--out {path}",
            f"the ending must be one of {', '.join(endings)}",
            f"--out {path.with_suffix(endings[0])}",
        )

    if path.is_dir():
        raise StoreError(f"{path} is a folder", "a file will be written", f"--out {path / ('result' + path.suffix)}")

    if exists(path) and not overwrite:
        raise StoreError(f"{path} exists", "it is only replaced on demand", "add --overwrite")

    check_parent(path)


def check_new_folder(folder: Path) -> None:
    r"""Checks that a folder of new files can be made.

    Raises:
        StoreError: If something is there already, or it cannot be made.
    """

    if exists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise StoreError(f"{folder} exists", "a new or an empty folder is filled with files", "give another place")

    check_parent(folder)


def check_parent(path: Path) -> None:
    """Checks that something can be written beside a path, whose folders may have to be made."""

    place = resolved(path)
    parent = next(parent for parent in place.parents if exists(parent))

    if not parent.is_dir():
        raise StoreError(f"{path} cannot be written", f"{parent} is a file", "give another place")

    try:
        # Permissions do not show that a disk is read-only or full, or that a name is too long.
        exists(place)

        with tempfile.TemporaryFile(dir=parent) as file:
            file.write(b"semivae")
    except OSError as error:
        raise unwritable(path, error) from None


def write(path: Path, content: bytes) -> None:
    r"""Writes a file atomically: at any moment there is the complete old file or the complete new one.

    Raises:
        StoreError: If it cannot be written.
    """

    with replaced(path) as file:
        file.write(content)


def write_cells(path: Path, cells: Any) -> None:
    r"""Writes cells as an h5ad file, whole or not at all.

    Raises:
        StoreError: If it cannot be written.
    """

    from semivae.data.files.cells import write_cells as write_file

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cells.h5ad"
        write_file(file, cells)
        write(path, file.read_bytes())


def write_files(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    r"""Writes files with their names in a folder, which is made.

    Raises:
        StoreError: If one cannot be written.
    """

    for name, content in files:
        path = folder / name

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path, error) from None

        write(path, content)


def write_table(path: Path, parts: Iterable[pd.DataFrame], raw: bool = False) -> int:
    r"""Writes a table as CSV or parquet, by the ending, part by part.

    Arguments:
        path: The file.
        parts: The rows, with the same columns in each part.
        raw: Whether CSV text stays as it is even if a spreadsheet would run it as a formula.

    Returns:
        The number of rows.

    Raises:
        StoreError: If it cannot be written, or pyarrow is not installed.
    """

    with replaced(path) as file:
        return write_csv(file, parts, raw) if path.suffix.lower() == ".csv" else write_parquet(file, parts)


def write_csv(file: IO[bytes], parts: Iterable[pd.DataFrame], raw: bool = False) -> int:
    """Writes parts of a table as CSV and returns the number of rows."""

    from semivae.data.files.formulas import csv_text

    rows = 0

    for part in parts:
        text = csv_text(part, rows == 0, raw)

        try:
            content = text.encode()
        except UnicodeEncodeError:
            warnings.warn(
                "some text holds halves of characters (lone surrogates), which are written as ?", stacklevel=2
            )
            content = text.encode(errors="replace")

        file.write(content)
        rows += len(part)

    return rows


def write_parquet(file: IO[bytes], parts: Iterable[pd.DataFrame]) -> int:
    """Writes parts of a table as the row groups of a parquet file and returns the number of rows."""

    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise StoreError("pyarrow is not installed", "parquet files need it", "pip install 'semivae[data]'") from None

    with ExitStack() as stack:
        writer, rows = None, 0

        for part in parts:
            try:
                table = pyarrow.Table.from_pandas(part, writer and writer.schema, preserve_index=False)
            except UnicodeEncodeError:
                raise StoreError(
                    "some text holds halves of characters (lone surrogates)",
                    "parquet holds only whole ones",
                    "--out with the ending .csv, where they are written as ?",
                ) from None

            writer = writer or stack.enter_context(ParquetWriter(file, table.schema))
            writer.write_table(table)
            rows += len(part)

    return rows
