r"""Rows from text files: CSV, TSV, and similar."""

from __future__ import annotations

__all__ = ["as_labels", "as_target", "not_utf8", "read_delimited"]

import warnings
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from semivae.data.files.formulas import unguarded
from semivae.data.files.header import check_header, unnamed
from semivae.data.files.layout import NAMELESS, layout_of, not_utf8
from semivae.data.files.literals import DECIMAL_COMMA, MISSING
from semivae.data.files.paths import shown
from semivae.data.labels.classes import Cells, Table, is_text
from semivae.data.source import no_target


def read_delimited(
    path: Path,
    target: str | None,
    header: bool = True,
    text: Collection[str] = (),
    exact: Collection[str] = (),
) -> tuple[pd.DataFrame, Cells | None]:
    r"""Reads a text file with one row per line and the names of the columns in the first line.

    Arguments:
        path: The file. Values are separated by commas, semicolons, tabs or bars, and numbers also by blanks.
        target: The column of the labels, if there is one.
        header: Whether the first line holds names. If it holds values, the columns are x0, x1, ...
        text: Columns to read as text, even if every cell is a number.
        exact: Columns to keep as they are written. Only empty cells are missing.

    Returns:
        The data, and the labels if there is a target.

    Raises:
        DataError: If there is no header or no such target, or a name occurs twice.
        ValueError, OSError, EOFError, zlib.error, pandas.errors.ParserWarning: If the file is damaged.
    """

    layout = layout_of(path, header)
    names = layout.names

    if header:
        check_header(layout, path)

    # Lines that end in separators have more columns than names. The columns beyond must be empty.
    beyond = [f"beyond {position}" for position in range(len(names), layout.width)]

    if target is not None and target not in names:
        raise no_target(target, shown(path.name), names)  # before the whole file is read

    with warnings.catch_warnings():
        # pandas would drop the last values of a line that is longer than the second line.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        frame = pd.read_csv(
            path,
            sep=layout.separator,
            header=0 if header else None,
            names=[*names, *beyond],
            index_col=False,  # else a separator at the end of each line shifts the columns
            skipinitialspace=True,
            keep_default_na=False,
            na_values={name: [""] if name in (target, *exact) else list(MISSING) for name in [*names, *beyond]},
            dtype=dict.fromkeys((*text, *exact), "str"),
            encoding="utf-8-sig",
            low_memory=False,
        )

    if beyond and frame[beyond].notna().to_numpy().any():
        raise unnamed(path, len(names))

    frame = all_cleaned(frame, names, target, layout.separator, {*text, *exact})

    return as_target(without_row_names(frame, target, path), target, shown(path.name), text)


def all_cleaned(frame: Table, names: list[str], target: str | None, separator: str, text: Collection[str]) -> Table:
    """Returns columns of a frame, cleaned. Numeric columns without gaps, perhaps very many, are clean already."""

    if frame.empty:
        return frame[names]

    gaps = dict(frame.isna().any())
    changed = {
        name: unguarded(frame[name].str.strip()) if name in text else cleaned(frame[name], name == target, separator)
        for name, dtype in frame.dtypes.items()
        if gaps[name] or dtype.kind not in "iufb"
    }

    if not changed and len(names) == len(frame.columns):
        return frame

    return pd.DataFrame({name: changed[name] if name in changed else frame[name] for name in names}, frame.index)


def cleaned(column: Cells, is_target: bool, separator: str) -> Cells:
    r"""Strips blanks around text, and converts text to numbers if all of it is numbers with decimal commas.

    Whole numbers stay whole beside missing ones.

    Arguments:
        column: The column.
        is_target: Whether it holds the labels, which are missing only where a cell is empty.
        separator: The separator of values. If it is a comma, there are no decimal commas.
    """

    if pd.api.types.infer_dtype(column, skipna=True) == "string":
        column = column.str.strip()
        known = column.mask(column.isin(MISSING))
        column = column.mask(column == "") if is_target else known

        if separator != "," and known.str.contains(",").any() and known.dropna().str.fullmatch(DECIMAL_COMMA).all():
            column = pd.to_numeric(known.str.replace(",", "."))
        else:
            column = unguarded(column)

    return as_labels(column)


def without_row_names(frame: Table, target: str | None, path: Path) -> Table:
    """Leaves out a first column without a name, which holds the row names that pandas and R write."""

    if len(frame.columns) == 1 or frame.columns[0] == target or frame.columns[0] != NAMELESS.format(0):
        return frame

    warnings.warn(
        f"left out the first column of {shown(path.name)}: it has no name, so it holds row names", stacklevel=4
    )

    return frame.iloc[:, 1:]


def as_target(
    frame: Table, target: str | None, where: str, text: Collection[str] = ()
) -> tuple[pd.DataFrame, Cells | None]:
    r"""Splits a frame into data and labels.

    Arguments:
        frame: All columns.
        target: The column of the labels, if there is one.
        where: The name of the file, for messages.
        text: The columns read as text.

    Raises:
        DataError: If there is no such column.
    """

    if target is None:
        return frame, None

    if target not in frame:
        raise no_target(target, where, list(frame))

    return frame.drop(columns=target), frame[target] if target in text else as_labels(frame[target])


def as_labels(column: Cells) -> Cells:
    r"""Converts labels to the type that their text stands for.

    Whole numbers stay whole beside missing ones. Where numbers stand beside "NA", they become numbers.
    """

    if pd.api.types.is_string_dtype(column.dtype) and column.isin(MISSING).any():
        known = column.mask(column.isin(MISSING))
        column = column if known.isna().all() or is_text(known.dropna()).any() else pd.to_numeric(known)

    if column.dtype.kind == "f" and column.isna().any() and column.notna().any() and (column.dropna() % 1 == 0).all():
        return column.astype("Int64")

    return column
