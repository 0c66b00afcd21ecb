r"""Text that a spreadsheet would run as a formula: guarded by an apostrophe in CSV, and restored when read."""

from __future__ import annotations

__all__ = ["csv_text", "unguarded", "unguarded_text"]

import csv
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.files.literals import DECIMAL_COMMA, NUMBER
from semivae.data.labels.classes import Cells, Table

# An apostrophe before a formula makes it text. A formula that has one already gets another, so that removing one
# apostrophe always restores the text.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = r"'+[=+\-@\t\r]"
NUMERIC = re.compile(rf"{NUMBER}|{DECIMAL_COMMA}")
STARTS = frozenset("=+-@\t\r'")


def csv_text(frame: Table, header: bool = True, raw: bool = False) -> str:
    r"""Returns a table as CSV.

    Arguments:
        frame: The table.
        header: Whether to write the names of the columns first.
        raw: Whether to leave formulas unguarded.
    """

    if not raw:
        columns = [guarded(column) for _, column in frame.items()]
        frame = pd.concat(columns, axis="columns") if columns else frame
        frame.columns = [guarded_text(name) for name in frame.columns]

    text = frame.to_csv(index=False, header=header, lineterminator="\n")

    if "\r" not in text:
        return text

    # Python 3.11 and 3.12 write a carriage return without quotes, and it would end the line.
    return frame.to_csv(index=False, header=header, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def guarded(column: Cells) -> Cells:
    """Guards the text of a column. A column of numbers or dates stays as it is."""

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.rename_categories([guarded_text(name) for name in column.cat.categories])

    if column.dtype != object and not pd.api.types.is_string_dtype(column.dtype):
        return column

    cells: NDArray[Any] = column.to_numpy(dtype=object)
    changed = np.fromiter((isinstance(cell, str) and cell[:1] in STARTS for cell in cells), bool, len(cells))

    if not changed.any():
        return column

    cells = cells.copy()
    cells[changed] = [guarded_text(cell) for cell in cells[changed]]

    return pd.Series(cells, column.index, dtype=object, name=column.name)


def guarded_text(text: Any) -> Any:
    """Puts an apostrophe before text that a spreadsheet would run. Anything else stays as it is."""

    runs = isinstance(text, str) and FORMULA.match(text) and not NUMERIC.fullmatch(text)

    return f"'{text}" if runs else text


def unguarded(column: Cells) -> Cells:
    """Undoes :func:`guarded` for a column of text."""

    found = column.str.match(GUARDED, na=False)

    return column.mask(found, column.str[1:]) if found.any() else column


def unguarded_text(text: str) -> str:
    """Undoes :func:`guarded_text`."""

    return text[1:] if re.match(GUARDED, text) else text
