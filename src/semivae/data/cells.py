r"""The cells of text files: numbers, missing values, and text that a spreadsheet would take for a formula."""

from __future__ import annotations

__all__ = ["DECIMAL_COMMA", "MISSING", "guarded", "guarded_text", "is_number", "unguarded", "unguarded_text"]

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.classes import Cells

# What a cell of the data may hold instead of a value. A label is missing only where its cell is empty, for
# a class may well be named "NA" or "None".
MISSING = (
    *("", "?", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NULL", "null", "None"),
    *("NaN", "nan", "-NaN", "-nan", "1.#QNAN", "-1.#IND"),
)

NUMBER = r"[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?"
DECIMAL_COMMA = r"[+-]?\d+(,\d+)?"

# Spreadsheets run text that begins so, unless an apostrophe stands before it. Text that has the apostrophe already gets
# one more, so that taking one away always gives the text back.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = r"'+[=+\-@\t\r]"
NUMERIC = re.compile(rf"{NUMBER}|{DECIMAL_COMMA}")


def is_number(text: str) -> bool:
    """Whether a text is a number."""

    return re.fullmatch(NUMBER, text) is not None


def guarded_text(text: Any) -> Any:
    """Returns text that a spreadsheet would run with an apostrophe before it, anything else as it is."""

    runs = isinstance(text, str) and FORMULA.match(text) and not NUMERIC.fullmatch(text)

    return f"'{text}" if runs else text


def unguarded_text(text: str) -> str:
    """Returns the text that :func:`guarded_text` was given."""

    return text[1:] if re.match(GUARDED, text) else text


def guarded(column: Cells) -> Cells:
    """Returns a column in which no text is run by a spreadsheet; one of numbers or dates as it is."""

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.rename_categories([guarded_text(name) for name in column.cat.categories])

    if column.dtype != object and not pd.api.types.is_string_dtype(column.dtype):
        return column

    cells: NDArray[Any] = column.to_numpy(dtype=object)
    changed = np.fromiter((isinstance(cell, str) and cell[:1] in START for cell in cells), bool, len(cells))

    if not changed.any():
        return column

    cells = cells.copy()
    cells[changed] = [guarded_text(cell) for cell in cells[changed]]

    return pd.Series(cells, column.index, dtype=object)


def unguarded(column: Cells) -> Cells:
    """Returns the column of text that :func:`guarded` was given."""

    return column.mask(column.str.match(GUARDED).fillna(False).astype(bool), column.str[1:])


START = frozenset("=+-@\t\r'")
