r"""Dates as numbers and categories: the year, the month, the weekday and the time of day of a column of dates."""

from __future__ import annotations

__all__ = [
    "AMBIGUOUS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "ORDERS",
    "PARTS",
    "DateTally",
    "date_parts",
    "is_date",
    "part_cells",
    "read_text",
    "undated",
]

import datetime
import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from semivae.data.columns.scaling import Moments
from semivae.data.labels.classes import Cells
from semivae.variables import Variable

PARTS = ("year", "month", "weekday", "time of day")
NOTHING = (math.nan,) * len(PARTS)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

DAY, MONTH, YEAR = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4})"
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d+)?)?(?: ?(?P<half>[APap])[Mm])?"
ZONE = r" ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)"

# How text may write a date. Years or months alone do not count.
ORDERS: dict[str, re.Pattern[str]] = {
    order: re.compile(rf"{date}(?:[T ]{CLOCK}(?:{ZONE})?)?")
    for order, date in {
        "yyyy-mm-dd": r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        "yyyy/mm/dd": f"{YEAR}/{MONTH}/{DAY}",
        "dd.mm.yyyy": rf"{DAY}\.{MONTH}\.{YEAR}",
        "dd/mm/yyyy": f"{DAY}/{MONTH}/{YEAR}",
        "mm/dd/yyyy": f"{MONTH}/{DAY}/{YEAR}",
        "dd-mm-yyyy": f"{DAY}-{MONTH}-{YEAR}",
        "mm-dd-yyyy": f"{MONTH}-{DAY}-{YEAR}",
    }.items()
}

# Part numbers look like dates of other centuries.
FIRST_YEAR, LAST_YEAR = 1500, 2300

# Text that both orders of a pair can read does not tell the day from the month.
AMBIGUOUS = (("dd/mm/yyyy", "mm/dd/yyyy"), ("dd-mm-yyyy", "mm-dd-yyyy"))

# Types of Arrow that have no time of day.
WITHOUT_CLOCK = ("date32", "date64")

# Text in this order is always read: it is unambiguous.
ALWAYS = "yyyy-mm-dd"


def is_date(value: object) -> bool:
    """Whether a cell is a date, with or without a time."""

    return isinstance(value, datetime.date | np.datetime64)


def read_text(text: str, order: str) -> tuple[float, ...] | None:
    r"""Reads a date.

    Arguments:
        text: The date, with or without a time. Time zones are ignored: the local time counts.
        order: How it is written, one of :py:`ORDERS`.

    Returns:
        Year, month, weekday from 0 for Monday, and hour with its fraction; None if the text is no date in this order.
    """

    found = ORDERS[order].fullmatch(text.strip())

    if not found or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        return None

    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))

    if found["half"]:
        hour = hour % 12 + 12 * (found["half"] in "Pp")

    try:
        value = datetime.datetime(int(found["year"]), int(found["month"]), int(found["day"]), hour, minute, second)
    except ValueError:
        return None

    return fields(value, float(found["fraction"] or 0))


def fields(value: datetime.date, fraction: float = 0.0) -> tuple[float, ...]:
    """Returns year, month, weekday and hour of a date; the fraction of its second is extra."""

    hour = 0.0

    if isinstance(value, datetime.datetime):
        hour = value.hour + value.minute / 60 + (value.second + value.microsecond / 1e6 + fraction) / 3600

    return value.year, value.month, value.weekday(), hour


def date_parts(column: Cells, order: str) -> NDArray[np.float64]:
    r"""Splits dates.

    Arguments:
        column: Dates in any form, also as text.
        order: How text writes them.

    Returns:
        Year, month, weekday from 0 for Monday, and hour with its fraction, with shape (N, 4); NaN where missing
        or not a date.
    """

    if types.is_datetime64_any_dtype(column.dtype) and not str(column.dtype).startswith(WITHOUT_CLOCK):
        return typed_parts(column)

    if types.infer_dtype(column, skipna=True) == "string":
        codes, values = pd.factorize(column)
        known = codes >= 0
    else:
        known = column.notna().to_numpy()
        codes, values = np.cumsum(known) - 1, column[known]

    found = np.full((len(column), len(PARTS)), np.nan)

    if known.any():
        found[known] = np.array([read(value, order) or NOTHING for value in values])[codes[known]]

    return found


def typed_parts(column: Cells) -> NDArray[np.float64]:
    """Returns the parts of a column with a date type, in local time of its time zone."""

    clock = column.dt
    seconds = clock.second + clock.microsecond / 1e6
    hours = clock.hour + clock.minute / 60 + seconds / 3600
    parts = (clock.year, clock.month, clock.day_of_week, hours)

    return np.column_stack([part.to_numpy(dtype=np.float64, na_value=np.nan) for part in parts])


def read(value: Any, order: str) -> tuple[float, ...] | None:
    """Returns the parts of a cell; None if it is not a date."""

    if isinstance(value, str):
        return read_text(value, ALWAYS) or (read_text(value, order) if order else None)

    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)

    return fields(value) if isinstance(value, datetime.date) else None


def part_cells(parts: NDArray[np.float64], part: str) -> Cells:
    """Returns one part of dates as a column of the values that the user sees."""

    values = parts[:, PARTS.index(part)]

    if part != "weekday":
        return pd.Series(values)

    # Code -1 picks the last entry.
    return pd.Series(np.array([*WEEKDAYS, None], dtype=object)[np.where(np.isnan(values), -1, values).astype(int)])


def undated(column: Cells, order: str) -> Cells:
    """Returns the cells of a column that are not dates."""

    return column[np.isnan(date_parts(column, order)[:, 0]) & column.notna().to_numpy()]


class DateTally:
    """The parts of dates, found block by block."""

    def __init__(self) -> None:
        self.moments = [Moments() for _ in PARTS]
        self.counts = [np.zeros(13, dtype=np.int64) for _ in PARTS]

    def add(self, parts: NDArray[np.float64]) -> None:
        """Takes in the parts of a block, with shape (N, 4)."""

        self.moments = [known.merge(Moments.of(parts[:, i])) for i, known in enumerate(self.moments)]

        for i in (1, 2):
            self.counts[i] += np.bincount(parts[~np.isnan(parts[:, i]), i].astype(int), minlength=13)

    def variables(self, name: str, missing: bool, order: str = "") -> tuple[Variable, ...]:
        r"""Returns the parts that differ between rows, or else the year.

        Arguments:
            name: The name of the column.
            missing: Whether a date is missing in some row.
            order: How text writes the dates.
        """

        changing = [i for i, moments in enumerate(self.moments) if moments.low != moments.high]

        return tuple(replace(self.part(name, i, missing), order=order) for i in changing or [0])

    def part(self, name: str, i: int, missing: bool) -> Variable:
        """Returns one part as a variable."""

        full = f"{name}: {PARTS[i]}"
        dtype = ("Int64" if missing else "int64") if i == 0 else "float64"

        if i in (0, 3):
            variable = self.moments[i].variable(full, dtype, missing)
        else:
            found = np.flatnonzero(self.counts[i]).tolist()
            classes = tuple(found) if i == 1 else tuple(WEEKDAYS[day] for day in found)
            # As a categorical type, because month numbers would otherwise be judged as numbers.
            variable = Variable(full, "category", classes=classes, dtype="category", missing=missing)

        return replace(variable, column=name, part=PARTS[i])
