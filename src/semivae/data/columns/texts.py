r"""Columns of text or other categories: each is a category, dates, or an identifier that is left out."""

from __future__ import annotations

__all__ = ["category_in", "declared_category"]

from typing import Any, Protocol

import numpy as np

from semivae.data.columns.found import Found
from semivae.data.columns.spelled import TextForms
from semivae.data.labels.classes import is_text, listed, ordered
from semivae.errors import DataError
from semivae.variables import Variable

FEW = 20  # up to here, text such as "1", "2", "3+" is always categories
RECUR = 50  # up to here, text is never an identifier
UNIQUE = 0.9  # the share of different values from which on it is one: some rows of a table may be there twice
MOST_CLASSES = 1000  # of text that differs in nearly every row


class Counts(Protocol):
    r"""The distinct values of a column.

    Attributes:
        name: The name of the column.
        counts: The number of rows of each value; None if there are too many to count.
        forms: The formats that all of them fit.
    """

    name: str
    counts: dict[Any, int] | None
    forms: TextForms


def category_in(values: Counts, missing: int, dtype: str, declared: list[Any] | None, kept: bool) -> Found:
    r"""Judges a column of categories.

    Arguments:
        values: Its distinct values.
        missing: The number of rows without a value.
        dtype: The type of the column.
        declared: The categories in the order that a categorical type gives them.
        kept: Whether it is modeled even if it looks like an identifier.

    Raises:
        DataError: If it is text among numbers, or cannot be kept.
    """

    name, counts, forms = values.name, values.counts, values.forms

    if forms.order and declared is None:
        return Found(forms.dates[forms.order].variables(name, missing > 0, forms.order), missing)

    if counts is None:
        refuse_to_keep(name, kept)

        return Found(missing=missing, crowded=True, remarks=spelling_remarks(name, forms, MOST_CLASSES))

    remarks = spelling_remarks(name, forms, len(counts))

    if any(isinstance(value, str) for value in counts):
        refuse_stray_text(counts, name)

        if len(counts) > RECUR and len(counts) >= UNIQUE * sum(counts.values()) and not kept:
            return Found(missing=missing, unique=True, remarks=remarks)

    return recurring(name, counts, missing, dtype, declared, remarks)


def declared_category(values: Counts, missing: int, dtype: str, declared: list[Any] | None) -> Found:
    r"""Returns the category of a column declared as one.

    Arguments:
        values: Its distinct values, which may be numbers.
        missing: The number of rows without a value.
        dtype: The type of the column.
        declared: The categories in the order that a categorical type gives them.

    Raises:
        DataError: If a stream has too many different values to count, or there is no value at all.
    """

    name, counts = values.name, values.counts

    if not counts:
        raise DataError(
            f"column {name!r} has {'no value' if counts == {} else 'more different values than a stream can count'}",
            f"kinds={{{name!r}: 'category'}} needs values that recur",
            f"drop=[{name!r}]",
        )

    # Blocks with a missing cell turn whole numbers into fractions, as the whole column would be in memory.
    if dtype.startswith("float"):
        counts = {float(value): count for value, count in counts.items()}

    return recurring(name, counts, missing, dtype, declared, ())


def recurring(
    name: str, counts: dict[Any, int], missing: int, dtype: str, declared: list[Any] | None, remarks: tuple[str, ...]
) -> Found:
    """Returns a category; for text that differs in nearly every row, the most frequent values are its classes."""

    rows = sum(counts.values())
    often = most_frequent(counts, rows + missing)
    lost = rows - sum(often.values())
    # Declared categories without a row are dropped: nothing can be learned about them.
    classes = ordered(often) if declared is None else tuple(value for value in declared if value in often)
    missing += lost

    if lost:
        remarks = (*remarks, rare_remark(name, len(often), len(counts) - len(often), lost))

    variable = Variable(name, "category", classes=classes, dtype=dtype, missing=missing > 0, rare=lost > 0)

    return Found((variable,), missing, remarks)


def most_frequent(counts: dict[Any, int], rows: int) -> dict[Any, int]:
    """Returns the values that are classes: all, except of text that differs in nearly every row."""

    if len(counts) <= max(RECUR, rows / 2) or not any(isinstance(value, str) for value in counts):
        return counts

    # Values of a single row are classes only if none recurs and the user keeps the column.
    fewest = min(2, max(counts.values()))
    often = sorted((value for value in counts if counts[value] >= fewest), key=lambda value: -counts[value])

    return {value: counts[value] for value in often[:MOST_CLASSES]}


def rare_remark(name: str, classes: int, others: int, rows: int) -> str:
    """Returns the note on rare values."""

    return (
        f"column {name!r} has {classes + others:,} different values: the {classes:,} most frequent are its categories, "
        f"the {others:,} others, in {rows:,} rows, count as missing; leave it out: drop=[{name!r}]"
    )


def spelling_remarks(name: str, forms: TextForms, different: int) -> tuple[str, ...]:
    """Returns notes on text that could be read as dates or numbers."""

    if forms.ambiguous:
        return (
            f"column {name!r} holds dates whose day and month cannot be told apart, so it stays text: "
            f"X[{name!r}] = pandas.to_datetime(X[{name!r}], dayfirst=True)  # or dayfirst=False",
        )

    fix = forms.number_fix(name, different)

    return (f"column {name!r} holds text that looks like numbers{forms.such_as}: {fix}",) if fix else ()


def refuse_to_keep(name: str, kept: bool) -> None:
    """Refuses to keep a column with too many values."""

    if kept:
        raise DataError(
            f"column {name!r} has more different values than a stream can count",
            "so many cannot be categories",
            f"leave keep={name!r} out, or group its values",
        )


def refuse_stray_text(counts: dict[Any, int], name: str) -> None:
    """Refuses a column of numbers in which a few cells hold text."""

    values = list(counts)
    text = is_text(values)
    rows = np.average(text, weights=list(counts.values()))

    if not text.any() or (~text).sum() <= FEW or rows > 0.1:
        return

    stray = [value for value, is_text in zip(values, text, strict=True) if is_text]

    raise DataError(
        f"column {name!r} is numeric except in {rows:.1%} of its rows, which hold {listed(stray)}",
        "a column must hold numbers or categories, not both",
        f'X[{name!r}] = pandas.to_numeric(X[{name!r}], errors="coerce")  # the rest becomes missing',
    )
