r"""Notes on columns for the user: a fit warns of them, and `semivae check` lists them."""

from __future__ import annotations

__all__ = ["notes_of", "tell"]

import warnings
from collections.abc import Iterator, Mapping, Sequence

from semivae.data.columns.found import Found
from semivae.data.kinds.base import handler
from semivae.data.labels.classes import listed
from semivae.variables import Variable

WIDE = 100  # from here on, a category has many classes
SMALL = 1e-290  # smaller magnitudes have few digits left


def tell(notes: Sequence[str]) -> None:
    """Warns of each note."""

    for note in notes:
        warnings.warn(note, stacklevel=4)


def notes_of(found: Mapping[str, Found], rows: int) -> tuple[str, ...]:
    r"""Returns notes on columns, in sentences.

    Arguments:
        found: The findings about each column.
        rows: The number of rows; a single one makes no column constant.
    """

    variables = [variable for column in found.values() for variable in column.variables]

    return (*notes_of_columns(found), *notes_of_variables(variables, rows))


def notes_of_columns(found: Mapping[str, Found]) -> Iterator[str]:
    """Yields notes on whole columns."""

    unique = [name for name, column in found.items() if column.unique]
    crowded = [name for name, column in found.items() if column.crowded]
    keys = [name for name, column in found.items() if column.counts_rows]

    if unique:
        yield f"left out, as their text differs in nearly every row: {listed(unique)} (to model it: {keep(unique)})"

    if crowded:
        yield f"left out, too many different values to count in a stream: {listed(crowded)}"

    if keys:
        yield (
            f"numbers that look like an identifier, as they count the rows: {listed(keys)}; "
            f"leave them out: drop={keys[:3]}"
        )

    for column in found.values():
        yield from column.remarks


def keep(names: list[str]) -> str:
    """Returns the line that keeps columns."""

    return f"keep={names[:3]}"


def notes_of_variables(variables: Sequence[Variable], rows: int) -> Iterator[str]:
    """Yields notes on variables."""

    known = [variable for variable in variables if not variable.shape]
    constant = [v.name for v in known if (v.low is not None and v.low == v.high) or len(v.classes) == 1]
    empty = [v.name for v in known if v.valueless]
    wide = [v.name for v in known if len(v.classes) > WIDE]
    close = [v for v in known if handler(v).too_close]

    if constant and rows > 1:
        yield f"constant columns carry no information: {listed(constant)}"

    if empty:
        yield f"columns without any value carry no information: {listed(empty)}"

    if wide:
        yield f"columns with more than {WIDE} categories: {listed(wide)}"

    if close:
        yield closeness([v for v in close if magnitude(v) >= SMALL], [v for v in close if magnitude(v) < SMALL])


def magnitude(variable: Variable) -> float:
    """Returns the largest magnitude of the values of a variable."""

    return max(abs(variable.low or 0.0), abs(variable.high or 0.0))


def closeness(large: Sequence[Variable], small: Sequence[Variable]) -> str:
    """Returns the note on values that differ by no more than their rounding."""

    first = (*large, *small)[0]
    name = first.name
    fix = f"X[{name!r}] = X[{name!r}] - X[{name!r}].mean()" if large else f"X[{name!r}] = X[{name!r}] * 1e300"
    what = "close together for their size" if large else "small"

    return (
        f"values are too {what} to distinguish in 64 bits, in {listed(v.name for v in (*large, *small))} "
        f"({first.low!r} to {first.high!r}), so they were not scaled; before the fit: {fix}"
    )
