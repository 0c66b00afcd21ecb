r"""The first line of a text file: whether it holds the names of the columns, or values."""

from __future__ import annotations

__all__ = ["check_header", "unnamed"]

import warnings
from collections import Counter
from pathlib import Path

from semivae.data.files.layout import Layout
from semivae.data.files.literals import is_number
from semivae.data.files.paths import shown
from semivae.data.labels.classes import listed
from semivae.errors import DataError

# Separators at the end of each line may be this many.
MOST_BEYOND = 10_000

WITHOUT = "header=False"


def check_header(layout: Layout, path: Path) -> None:
    r"""Checks that the first line holds names, each once, and warns where it may hold values.

    Raises:
        DataError: If it holds numbers alone, or the same name twice.
    """

    names = layout.names

    if layout.width > len(names) + MOST_BEYOND:
        raise unnamed(path, len(names))

    if all(map(is_number, names)):
        raise DataError(
            f"{shown(path)} starts with the numbers {listed(names, 3)}",
            "the first line must hold the names of the columns",
            f"{WITHOUT} if it holds values, or add a line with the names",
        )

    twice = sorted(name for name, count in Counter(names).items() if count > 1)

    if twice:
        raise DataError(
            f"{shown(path)}: column names occur more than once: {listed(twice)}",
            "every column must have its own name",
            f"rename them in the first line, or {WITHOUT} if it holds values",
        )

    suspect = values_among(layout)

    if suspect:
        warnings.warn(
            f"the first line of {shown(path.name)} may hold values rather than names, such as {listed(suspect, 3)}: "
            f"if so, {WITHOUT}",
            stacklevel=4,
        )


def unnamed(path: Path, names: int) -> DataError:
    """Returns the error for lines with more values than there are names."""

    return DataError(
        f"{shown(path)}: some lines have more than {names} values",
        f"the first line names {names} columns",
        "put values that hold the separator in quotes, or name all columns",
    )


def values_among(layout: Layout) -> list[str]:
    """Returns the names that look like values: some numbers, or text that its own column repeats."""

    names = layout.names
    numbers = [name for name in names if is_number(name)]
    texts = [name for name in names if not is_number(name)]
    cells = [{row[column] for row in layout.rows if column < len(row)} for column in range(len(names))]
    repeated = [name for name, others in zip(names, cells, strict=True) if name in others and name in texts]

    if numbers and (repeated or not are_names(numbers)):
        return [*numbers, *repeated]

    return repeated if len(repeated) > 1 and len(repeated) > len(names) / 2 else []


def are_names(numbers: list[str]) -> bool:
    """Whether numbers can be names of columns, as years and positions are: whole, and one after the other."""

    whole = [int(number) for number in numbers if number.isdigit()]

    return len(whole) == len(numbers) and whole in (sorted(whole), sorted(whole, reverse=True))
