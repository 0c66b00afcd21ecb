r"""Rows that a person looks for: by number, by a comparison such as `age > 30`, or by text in any cell."""

from __future__ import annotations

__all__ = ["find"]

import re
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import _num_samples

from semivae.workflows.explore.cells import column

# The most rows that are found.
MOST = 100_000

COMPARED = re.compile(r"\s*(.+?)\s*(<=|>=|!=|<|>|=)\s*(.+?)\s*")
SIGNS = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge", "=": "eq", "!=": "ne"}


def find(X: Any, names: list[str], text: str) -> list[int]:
    r"""Returns the positions of the rows that are meant.

    Arguments:
        X: The rows.
        names: The names of the columns of a table; none of images.
        text: A number of a row, "NAME > VALUE" (also <, <=, >=, =, !=), or a part of a cell.
    """

    text = text.strip()
    place = text.removeprefix("#").removeprefix("row ")

    count = _num_samples(X)

    if place.isdigit() and (text != place or not names or int(place) < count):
        return [int(place)] if int(place) < count else []

    if (match := COMPARED.fullmatch(text)) and match[1] in names:
        return places(compared(X, names, match[1], match[2], match[3]))

    if not names or not text:
        return []

    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X)
    words = frame.select_dtypes(include=["object", "string", "category"])
    masks = [words[name].astype("string").str.contains(text, case=False, regex=False).fillna(False) for name in words]

    return places(np.logical_or.reduce([mask.to_numpy(bool) for mask in masks])) if masks else []


def compared(X: Any, names: list[str], name: str, sign: str, value: str) -> Any:
    """Returns the mask of the rows whose cell compares so."""

    found = column(X, names, name)

    if not found.classes:
        try:
            return getattr(pd.Series(found.values), SIGNS[sign])(float(value)).to_numpy() & ~np.isnan(found.values)
        except ValueError:
            return np.zeros(len(found.values), dtype=bool)

    codes = [code for code, text in enumerate(found.classes) if text.lower() == value.lower()]
    inside = np.isin(found.values, codes)

    return inside if sign == "=" else ~inside if sign == "!=" else np.zeros_like(inside)


def places(mask: Any) -> list[int]:
    """Returns the positions of the rows of a mask."""

    return np.flatnonzero(mask)[:MOST].tolist()
