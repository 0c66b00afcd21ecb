r"""The cells of text files: numbers, and markers of missing values."""

from __future__ import annotations

__all__ = ["DECIMAL_COMMA", "MISSING", "NUMBER", "is_number"]

import re

# Markers of missing values in columns of the data. A label is missing only where its cell is empty, as a class may be
# named "NA" or "None".
MISSING = (
    *("", "?", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NULL", "null", "None"),
    *("NaN", "nan", "-NaN", "-nan", "1.#QNAN", "-1.#IND"),
)

NUMBER = r"[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?"
DECIMAL_COMMA = r"[+-]?\d+(,\d+)?"


def is_number(text: str) -> bool:
    """Tells whether a text is a number."""

    return re.fullmatch(NUMBER, text) is not None
