r"""Parquet files, alone or in a folder, read in blocks."""

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

# Pages are decoded as they are needed, for a row group may be as large as the file.
BUFFER = 2**18


def files_of(path: Path, endings: Sequence[str]) -> list[Path]:
    r"""Returns a file itself, or the parquet files of a folder by name.

    Raises:
        DataError: If the folder holds none, or holds some in folders of its own.
    """

    if path.is_file():
        return [path]

    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in endings and file.name[0] not in "._")
    deeper = [file for file in found if file.parent != path]

    if deeper or not found:
        raise DataError(
            f"{path} is a folder that holds {deeper[0].relative_to(path) if deeper else 'no parquet file'}",
            "a folder of rows must hold parquet files, and none in folders of its own",
            "name one of these folders, or move its files up"
            if deeper
            else "frame.to_parquet('FOLDER/part-0.parquet')",
        )

    return found


@contextmanager
def named(path: Path) -> Iterator[Any]:
    """Yields what pyarrow opens: a path, or an open file where the name is not Unicode, which pyarrow cannot encode."""

    if shown(path) == str(path):
        yield path
        return

    from pyarrow import PythonFile

    with path.open("rb") as file, PythonFile(file, "r") as wrapped:
        yield wrapped


@contextmanager
def open_parquet(path: Path) -> Iterator[Any]:
    r"""Opens a parquet file and reads what it holds, but no row.

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
    """Returns the schema of a parquet file and the number of its rows, and closes it: a folder may hold very many."""

    with open_parquet(path) as parquet:
        return parquet.schema_arrow, parquet.metadata.num_rows


def frames_of(path: Path, columns: Sequence[str], size: int, low: int, high: int) -> Iterator[Table]:
    r"""Yields rows of a file as pandas frames.

    Arguments:
        path: The file.
        columns: The columns, in order.
        size: How many rows a frame has, but for the first and the last of a row group.
        low: The position of the first row.
        high: The position after the last row.

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
    """Returns the row groups of a file that hold some of its rows, and the position of the first of their rows."""

    ends = np.cumsum([metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)])
    first, last = np.searchsorted(ends, low, "right"), np.searchsorted(ends, high, "left")

    return list(range(first, last + 1)), int(ends[first - 1]) if first else 0


def columns_of(schema: Any) -> list[str]:
    """Returns the names of the columns, without those that pandas wrote as the index of the rows."""

    index = (schema.pandas_metadata or {}).get("index_columns", [])

    return [name for name in schema.names if name not in index]


def difference_of(schemas: Mapping[Path, Any]) -> None:
    r"""Checks that files have the same columns, of types that go together.

    Raises:
        SchemaError: If they differ; names each difference of each file from the first.
    """

    (first, schema), *others = schemas.items()
    known = kinds(schema)
    lines = []

    for path, other in others:
        found = kinds(other)
        lines += [f"{path.name} has no column {name!r}" for name in known if name not in found]
        lines += [f"{path.name} has a column {name!r} that {first.name} has not" for name in found.keys() - known]
        lines += [
            f"{path.name} has {found[name] or 'nothing'} in {name!r}, where {first.name} has {known[name]}"
            for name in known.keys() & found
            if found[name] and known[name] and found[name] != known[name]
        ]
        # A column without any value says nothing of its type: the first file that has one decides.
        known = {name: kind or found.get(name, "") for name, kind in known.items()}

    if lines:
        raise SchemaError(
            "the files differ:\n  - " + "\n  - ".join(sorted(lines)[:50]),
            fix="write all files with the same columns and types",
        )


def kinds(schema: Any) -> dict[str, str]:
    """Returns what each column of a file holds; nothing for a column that has no value at all."""

    return {name: kind_of(schema.field(name).type) for name in columns_of(schema)}


def kind_of(dtype: Any) -> str:
    """Returns what a type of Arrow means: types of one meaning may differ between files."""

    from pyarrow import types

    if types.is_dictionary(dtype):
        return kind_of(dtype.value_type)

    if types.is_integer(dtype) or types.is_floating(dtype) or types.is_decimal(dtype):
        return "numbers"

    if types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype):
        return "text"

    return "" if types.is_null(dtype) else str(dtype)
