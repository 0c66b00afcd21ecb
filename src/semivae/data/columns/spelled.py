r"""Text that is all dates, or all numbers in another spelling than Python's, recognized block by block."""

from __future__ import annotations

__all__ = ["TextForms"]

import re
from collections.abc import Sequence

import numpy as np

from semivae.data.columns.dates import AMBIGUOUS, ORDERS, DateTally, read_text

SIGN = r"[$€£¥₹]|EUR|USD|GBP|CHF|JPY|Rs\.?"
SPACE = r"[ '\u00a0\u202f]"
BARE = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?")


def spelling(thousands: str, decimal: str) -> re.Pattern[str]:
    """Returns the pattern of numbers with these separators and a currency or percent sign."""

    # Digits after a leading zero are a code, such as a postal code.
    number = rf"(?:[1-9]\d{{0,2}}(?:(?:{thousands}|{SPACE})\d{{3}})+|0|[1-9]\d*)(?:{decimal}\d+)?"

    return re.compile(rf"[+-]?(?:{SIGN})?{SPACE}?[+-]?{number}{SPACE}?(?:{SIGN}|%|‰)?")


# How pandas reads each spelling: only digits, signs and the decimal separator stay.
SPELLINGS: dict[str, tuple[re.Pattern[str], str]] = {
    "decimal points": (spelling(",", r"\."), r'.str.replace(r"[^0-9.+-]", "", regex=True)'),
    "decimal commas": (
        spelling(r"\.", ","),
        r'.str.replace(r"[^0-9,+-]", "", regex=True).str.replace(",", ".")',
    ),
}

# From this many different values on, plain digits are numbers stored as text; fewer are usually codes.
MANY = 20


class TextForms:
    """The formats that all text of a column fits: dates, numbers."""

    def __init__(self) -> None:
        self.dates = {order: DateTally() for order in ORDERS}
        self.spellings = set(SPELLINGS)
        self.example = ""

    def add(self, values: Sequence[object], counts: Sequence[int]) -> None:
        """Takes in the different values of a block, at least one, and the number of rows of each."""

        for order, tally in list(self.dates.items()):
            parts = all_parts(values, order)

            if parts is None:
                del self.dates[order]
            else:
                tally.add(np.repeat(parts, counts, axis=0))

        for name in list(self.spellings):
            if not all(isinstance(value, str) and SPELLINGS[name][0].fullmatch(value.strip()) for value in values):
                self.spellings.discard(name)

        if self.spellings:
            self.example = self.example or next((str(v) for v in values if not BARE.fullmatch(str(v).strip())), "")

    @property
    def alive(self) -> bool:
        """Whether the text still fits another format."""

        return bool(self.dates or self.spellings)

    @property
    def order(self) -> str:
        """The order in which all text is dates, if only one fits."""

        return next(iter(self.dates)) if len(self.dates) == 1 else ""

    @property
    def ambiguous(self) -> bool:
        """Whether all text is dates whose day and month cannot be told apart."""

        return tuple(self.dates) in AMBIGUOUS

    @property
    def such_as(self) -> str:
        """An example of a number in another spelling, in words; nothing for plain digits."""

        return f", such as {self.example!r}" if self.example else ""

    def number_fix(self, name: str, different: int) -> str:
        r"""Returns the line that turns text into numbers; empty if it is not numbers.

        Arguments:
            name: The name of the column.
            different: The number of its different values.
        """

        if not self.spellings or not (self.example or different > MANY):
            return ""

        # Where both fit, 1,100 is more likely eleven hundred than 1.1.
        change = SPELLINGS[min(self.spellings, key=list(SPELLINGS).index)][1] if self.example else ""

        return f"X[{name!r}] = pandas.to_numeric(X[{name!r}]{change})"


def all_parts(values: Sequence[object], order: str) -> list[tuple[float, ...]] | None:
    """Returns the parts of dates; None if some value is not a date in this order."""

    found = []

    for value in values:
        parts = read_text(value, order) if isinstance(value, str) else None

        if parts is None:
            return None

        found.append(parts)

    return found
