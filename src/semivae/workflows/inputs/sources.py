r"""The rows that a person names, with their targets: read into memory, or streamed from files."""

from __future__ import annotations

__all__ = ["is_streamed", "open_source", "read_several", "read_target"]

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from semivae.data.files.memory import SHARE, memory
from semivae.errors import DataError, SettingError

if TYPE_CHECKING:
    from semivae.data.in_memory import InMemory
    from semivae.data.labels.classes import Cells
    from semivae.data.source import Source
    from semivae.data.stream.blocks import Blocks
    from semivae.workflows.inputs.wishes import Wishes


def open_source(wishes: Wishes) -> Source:
    r"""Returns the rows and targets that the user asked for.

    Raises:
        DataError: If they cannot be read, or hold no such target.
        SettingError: If labels are given without the name of their column, or there can be no header.
    """

    from semivae.data.read import refuse_headless
    from semivae.data.stream.rows import stream

    if is_streamed(wishes):
        refuse_headless(wishes.data, wishes.header)

        return stream(wishes.data, wishes.targets, wishes.labels_from, resize=wishes.resize)

    if wishes.several:
        return read_several(
            wishes.data,
            wishes.targets,
            wishes.split,
            wishes.missing_label,
            header=wishes.header,
            how=as_told(wishes),
        )

    return read_target(
        *(wishes.data, wishes.target, wishes.split, wishes.missing_label, wishes.header, wishes.labels_from),
        how=as_told(wishes),
    )


def as_told(wishes: Wishes) -> dict[str, Any]:
    """Returns how a file is read: text that stands for no number (the category 007 is not 7), the size of pictures."""

    kinds, embed = wishes.columns.get("kinds") or {}, wishes.columns.get("embed")
    text = [] if isinstance(kinds, str) else [name for name, kind in kinds.items() if kind == "category"]

    return {"text": [*text, *([embed] if embed else [])], "resize": wishes.resize}


def is_streamed(wishes: Wishes) -> bool:
    """Whether rows are streamed: folders of tables and npy tables always, a parquet file if it is large or wanted.

    Vectors and images in an npy file, pictures and cells are read into memory if there is room.
    """

    from semivae.data.files.paths import exists
    from semivae.data.files.pictures import sides
    from semivae.data.sets import named as datasets
    from semivae.data.stream.choose import are_large, blocks_of, is_blocks

    path = Path(wishes.data).expanduser()

    if wishes.stream or are_large(path, sides(wishes.resize)):
        return True

    if wishes.data in datasets.names() or not exists(path) or not is_blocks(path):
        return False

    array = path.suffix.lower() == ".npy"

    if path.is_dir() or (wishes.labels_from is not None and not array):
        return True

    blocks = blocks_of(path)

    if array and not is_of_vectors(blocks, wishes.columns.get("kinds")):
        return True

    return blocks.bytes > SHARE * memory()


def is_of_vectors(blocks: Blocks, kinds: Any) -> bool:
    """Whether the rows of an npy file are vectors: as the user says, or as the first of them look."""

    from semivae.data.codecs.vectors import JUDGED, are_vectors

    if kinds in ("vector", "real"):
        return kinds == "vector"

    return are_vectors(next(blocks.read(rows=slice(0, JUDGED))))


def read_target(
    data: str,
    target: str | None,
    split: str,
    missing_label: list[str] | None,
    header: bool,
    labels_from: Path | None,
    how: Mapping[str, Any] = MappingProxyType({}),
) -> InMemory:
    r"""Reads rows into memory, and a target from the same file or from a second one.

    Arguments:
        data: A file, or the name of a set.
        target: The name of the target; None without one.
        split: Which rows of a named set.
        missing_label: The markers of rows without a label.
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the target; None if the rows hold it.
        how: How a file is read, as :func:`semivae.data.read.read` takes it.

    Raises:
        DataError: If they cannot be read, or hold no such target.
        SettingError: If labels are given without the name of their column.
    """

    from semivae.data.join import with_labels
    from semivae.data.read import read

    if labels_from is not None and target is None:
        raise SettingError(
            f"labels_from={str(labels_from)!r}", "the name of the target is needed, too", "targets=['COL']"
        )

    source = read(data, None if labels_from else target, split, download=True, header=header, **how)

    if labels_from is not None and target is not None:
        source = with_labels(source, target, labels_from)

    return source if source.y is None else replace(source, y=readable(source.y, missing_label))


def read_several(
    data: str,
    targets: Sequence[str],
    split: str,
    missing_label: list[str] | None,
    part: bool = False,
    header: bool = True,
    how: Mapping[str, Any] = MappingProxyType({}),
) -> InMemory:
    r"""Reads rows and several of their columns as targets.

    Arguments:
        data: A file, or the name of a set.
        targets: The names of the columns.
        split: Which rows of a named set.
        missing_label: What marks a missing entry.
        part: Whether one of the columns is enough.
        header: Whether the first line of a text file names the columns.
        how: How a file is read, as :func:`semivae.data.read.read` takes it.

    Raises:
        DataError: If the rows are no table, or have no such column.
    """

    from semivae.data.codecs.frame import is_frame
    from semivae.data.read import read
    from semivae.data.source import no_target

    source = read(data, None, split, download=True, header=header, **how)

    if not is_frame(source.x):
        raise DataError(f"{source.name} holds no columns by name", "several targets are columns of a table")

    names = [name for name in targets if name in source.x]
    absent = [name for name in targets if name not in names]

    if absent and not (part and names):
        raise no_target(absent[0], source.name, list(source.x))

    y = source.x[names].apply(readable, missing_label=missing_label)

    return replace(source, x=source.x.drop(columns=names), y=y)


def readable(y: Any, missing_label: list[str] | None) -> Cells:
    """Returns a target as a column, of numbers where the text is numbers but for the markers of missing labels."""

    import pandas as pd

    from semivae.data.files.delimited import as_labels
    from semivae.data.labels.markers import as_column

    column = as_column(y)

    if not missing_label or not pd.api.types.is_string_dtype(column.dtype):
        return column

    blank = as_labels(column.mask(column.isin(missing_label), ""))

    return column if pd.api.types.is_string_dtype(blank.dtype) else blank
