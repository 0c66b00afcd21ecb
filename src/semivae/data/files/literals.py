r"""The cells of text files: numbers, and what stands where there is no value."""

from __future__ import annotations

__all__ = ["DECIMAL_COMMA", "MISSING", "NUMBER", "is_number"]

import re

# What a cell of the data may hold instead of a value. A label is missing only where its cell is empty, for
# a class may well be named "NA" or "None".
MISSING = (
    *("", "?", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NULL", "null", "None"),
    *("NaN", "nan", "-NaN", "-nan", "1.#QNAN", "-1.#IND"),
)

NUMBER = r"[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?"
DECIMAL_COMMA = r"[+-]?\d+(,\d+)?"


def is_number(text: str) -> bool:
    """Whether a text is a number."""

    return re.fullmatch(NUMBER, text) is not None
