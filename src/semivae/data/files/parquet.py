r"""Parquet files, alone or in a folder, read in blocks.

Rows are read with `pyarrow.parquet.ParquetFile`, not with `pyarrow.dataset`, which decodes a whole row group before it
gives the first rows (pyarrow 26, no read-ahead, buffered). Peak memory above the imports for 4,000,000 rows of 10
float64 numbers, all blocks read, MiB:

| file | ParquetFile | dataset |
|---|---|---|
| one row group | 77 | 455 |
| one row group, a quarter of the rows | 79 | 157 |
| 100 row groups | 90 | 76 |
| 64 files | 82 | 88 |
"""

from __future__ import annotations

__all__ = ["columns_of", "difference_of", "facts_of", "files_of", "frames_of", "named"]

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from semivae.data.codecs.frame import pandas_frame
from semivae.data.files.paths import shown
from semivae.data.labels.classes import Table
from semivae.data.source import damaged
from semivae.errors import DataError, SchemaError

# Bytes read at a time, so that pages are decoded when they are needed: one row group may fill the whole file.
BUFFER = 2**18


def files_of(path: Path, endings: Sequence[str]) -> list[Path]:
    r"""Lists a single file, or the parquet files of a folder in the order of their names.

    Hidden files and files whose name starts with an underscore are ignored, as other programs do.

    Raises:
        DataError: If the folder holds no parquet file, or has folders that hold some.
    """

    if path.is_file():
        return [path]

    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in endings and file.name[0] not in "._")
    deeper = [file for file in found if file.parent != path]

    if deeper or not found:
        raise DataError(
            f"{path} is a folder that holds {deeper[0].relative_to(path) if deeper else 'no parquet file'}",
            "its parquet files must lie directly in the folder, not in folders inside it",
            "move the files up, or name the inner folder" if deeper else "frame.to_parquet('FOLDER/part-0.parquet')",
        )

    return found


@contextmanager
def named(path: Path) -> Iterator[Any]:
    """Yields the path; or an open file if the name is not Unicode, because pyarrow cannot encode such a name."""

    if shown(path) == str(path):
        yield path
        return

    from pyarrow import PythonFile

    with path.open("rb") as file, PythonFile(file, "r") as wrapped:
        yield wrapped


@contextmanager
def open_parquet(path: Path) -> Iterator[Any]:
    r"""Opens a parquet file and reads its footer, but no row.

    Raises:
        DataError: If it is damaged, or pyarrow is not installed.
    """

    try:
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise DataError("pyarrow is not installed", "parquet files need it", "pip install 'semivae[data]'") from error

    with named(path) as source:
        try:
            parquet = ParquetFile(source, pre_buffer=False, buffer_size=BUFFER)
        except (OSError, ValueError) as error:
            raise damaged(path, error) from error

        with parquet:
            yield parquet


def facts_of(path: Path) -> tuple[Any, int]:
    """Returns the schema of a parquet file and its number of rows. The file is closed, as a folder may hold many."""

    with open_parquet(path) as parquet:
        return parquet.schema_arrow, parquet.metadata.num_rows


def frames_of(path: Path, columns: Sequence[str], size: int, low: int, high: int) -> Iterator[Table]:
    r"""Yields rows of a file as pandas frames.

    Arguments:
        path: The file.
        columns: The columns, in order.
        size: The rows of a frame; the first and the last may have fewer.
        low: The position of the first row.
        high: The position after the last row. Only row groups with rows in between are read.

    Raises:
        DataError: If the file is damaged.
    """

    try:
        with open_parquet(path) as parquet:
            groups, first = groups_of(parquet.metadata, low, high)

            for batch in parquet.iter_batches(size, row_groups=groups, columns=list(columns)):
                part = batch[max(low - first, 0) : max(high - first, 0)]
                first += len(batch)

                if len(part):
                    yield pandas_frame(part.to_pandas())[list(columns)]
    except DataError:
        raise
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error


def groups_of(metadata: Any, low: int, high: int) -> tuple[list[int], int]:
    """Returns the row groups with rows from `low` to `high`, and the position of their first row in the file."""

    ends = np.cumsum([metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)])
    first, last = np.searchsorted(ends, low, "right"), np.searchsorted(ends, high, "left")

    return list(range(first, last + 1)), int(ends[first - 1]) if first else 0


def columns_of(schema: Any) -> list[str]:
    """Returns the names of the columns, without the index of the rows that pandas may have written."""

    index = (schema.pandas_metadata or {}).get("index_columns", [])

    return [name for name in schema.names if name not in index]


def difference_of(schemas: Mapping[Path, Any]) -> None:
    r"""Checks that all files have the same columns, and that the types of each column agree.

    Raises:
        SchemaError: If they do not. It lists how each file differs from the first.
    """

    (first, schema), *others = schemas.items()
    known = kinds(schema)
    lines = []

    for path, other in others:
        found = kinds(other)
        lines += [f"{path.name} has no column {name!r}" for name in known if name not in found]
        lines += [f"{path.name} has a column {name!r}, {first.name} does not" for name in found.keys() - known]
        lines += [
            f"{path.name} has {found[name]} in {name!r}, {first.name} has {known[name]}"
            for name in known.keys() & found
            if found[name] and known[name] and found[name] != known[name]
        ]
        # A column without any value has no type. The first file with a value decides.
        known = {name: kind or found.get(name, "") for name, kind in known.items()}

    if lines:
        raise SchemaError(
            "the files differ:\n  - " + "\n  - ".join(sorted(lines)[:50]),
            fix="write all files with the same columns and types",
        )


def kinds(schema: Any) -> dict[str, str]:
    """Returns the kind of values of each column: "" for a column without any value."""

    return {name: kind_of(schema.field(name).type) for name in columns_of(schema)}


def kind_of(dtype: Any) -> str:
    """Returns the kind of values of an Arrow type. Types of one kind, such as int32 and float64, may be mixed."""

    from pyarrow import types

    if types.is_dictionary(dtype):
        return kind_of(dtype.value_type)

    if types.is_integer(dtype) or types.is_floating(dtype) or types.is_decimal(dtype):
        return "numbers"

    if types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype):
        return "text"

    return "" if types.is_null(dtype) else str(dtype)
