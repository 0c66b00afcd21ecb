r"""Judges whether a target holds classes or numbers, and whether it can be learned."""

from __future__ import annotations

__all__ = ["class_variable", "kind_of_values", "real_variable", "too_many"]

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from semivae.data.columns.scaling import Moments
from semivae.data.labels.classes import Cells, listed, ordered
from semivae.data.labels.markers import Markers
from semivae.errors import DataError
from semivae.variables import TargetForm, Variable

FEW = 20  # up to here, different whole numbers are always classes
MANY = 20  # up to here, every labeled row may have a class of its own
OFTEN = 0.05  # the share of rows from which -1 looks like a marker in a real target

# Text that often stands for a missing label, in lower case.
LOST = {"nan", "<na>", "nat", "-1", "-1.0", "", "?", "unknown", "unlabeled", "missing"}


def kind_of_values(values: Sequence[Any], labeled: int, declared: bool = False) -> tuple[TargetForm, str]:
    r"""Judges whether a target is a class or a number.

    Text and booleans are classes. Numbers are real values if some are not whole, or if more than 20 differ, unless
    they count from 0 or 1 without a gap and have 10 labels or more each on average.

    Arguments:
        values: Its different values, without markers of unlabeled rows.
        labeled: The number of labeled rows.
        declared: Whether the column has a categorical type, so that whole numbers are classes too.

    Returns:
        "category" or "real", and the reason in words.
    """

    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return "category", f"{len(values)} different values, not all numbers"

    if not all(float(value).is_integer() for value in values):
        return "real", "numbers that are not whole"

    if declared:
        return "category", "a categorical type"

    first, last = min(values, default=0), max(values, default=0)
    numbered = first in (0, 1) and len(values) == last - first + 1
    classes = len(values) <= FEW or (numbered and len(values) <= labeled / 10)

    return "category" if classes else "real", f"{len(values)} different whole numbers"


def class_variable(counts: dict[Any, int], column: Cells, rows: int, missing_label: Markers, name: str) -> Variable:
    r"""Judges classes.

    Arguments:
        counts: The number of labeled rows of each class.
        column: Some labels, in the type of the user.
        rows: The number of all rows.
        missing_label: The value, or list of values, that means unlabeled, as the user gave it.
        name: The name of the target.

    Raises:
        DataError: If no row is labeled, only one class occurs, or the values are not classes.
    """

    classes, labeled = ordered(counts), sum(counts.values())

    check_classes(classes, labeled, rows, name)

    if missing_label is None:
        warn_about_lost(classes, name)

    return Variable(name, "category", classes=classes, dtype=class_dtype(column, classes), missing=labeled < rows)


def real_variable(moments: Moments, others: Moments, dtype: Any, rows: int, name: str) -> Variable:
    r"""Judges real values.

    Arguments:
        moments: The moments of the labeled rows.
        others: The moments of the labeled rows that do not hold -1.
        dtype: The type of the column.
        rows: The number of all rows.
        name: The name of the target.

    Raises:
        DataError: If no row is labeled.
    """

    if not moments.count:
        raise unlabeled(rows, name)

    dtype = "float64" if str(dtype) == "object" else str(dtype)
    variable = moments.variable(name, dtype, missing=moments.count < rows)
    share = (moments.count - others.count) / rows

    if looks_like_marker(others, share):
        warnings.warn(
            f"-1 occurs in {share:.0%} of the rows of target {name!r}, below all other values; "
            "it counts as a value. If it means unlabeled, give missing_label=-1",
            stacklevel=3,
        )

    if variable.low == variable.high and moments.count > 1:
        warnings.warn(f"target {name!r} is {variable.low:g} in every labeled row", stacklevel=3)

    return variable


def looks_like_marker(others: Moments, share: float) -> bool:
    r"""Whether -1 looks like a marker in a real target: frequent, and no other value is negative.

    Arguments:
        others: The moments of the other values.
        share: The share of rows that hold -1.
    """

    return others.count > 0 and others.low >= 0 and share > OFTEN


def check_classes(classes: tuple[Any, ...], labeled: int, rows: int, name: str) -> None:
    """Checks that there are classes to tell apart."""

    fractions = [value for value in classes if isinstance(value, float) and not value.is_integer()]

    if not classes:
        raise unlabeled(rows, name)

    if fractions:
        raise DataError(
            f"Unknown label type: continuous. Target {name!r} holds {listed(fractions, 3)}",
            "classes must be text, whole numbers or booleans",
            "use a regressor (task='real'), or turn the classes into text: y.astype(str)",
        )

    if len(classes) == 1:
        raise DataError(
            f"target {name!r} has only one class, {classes[0]!r}, in {labeled} labeled rows",
            "at least two classes are needed",
            "label rows of another class, or fit without a target (VAEEmbedding); if -1 is a class: missing_label=[]",
        )

    # With few labels among many rows, one label per class is normal.
    if len(classes) > max(MANY, labeled / 2) and labeled > rows / 2:
        raise DataError(
            f"target {name!r} has {len(classes)} classes in {labeled} labeled rows",
            "classes must recur; this looks like a number or an identifier",
            "use a regressor (task='real'), or name another column as the target",
        )


def too_many(name: str, most: int) -> DataError:
    """Returns the error for a streamed target with too many different values."""

    return DataError(
        f"target {name!r} has more than {most:,} classes",
        "classes must recur; this looks like a number or an identifier",
        "use a regressor (task='real'), or name another column as the target",
    )


def warn_about_lost(classes: tuple[Any, ...], name: str) -> None:
    """Warns of a class that looks like a missing label stored as text."""

    lost = [value for value in classes if isinstance(value, str) and value.strip().lower() in LOST]

    if lost:
        warnings.warn(
            f"{listed(lost)} counts as a class of target {name!r}; "
            f"if it means unlabeled, give missing_label={lost[0]!r}",
            stacklevel=3,
        )


def unlabeled(rows: int, name: str) -> DataError:
    """Returns the error for a target without a label."""

    return DataError(
        f"there is no labeled row: target {name!r} is missing in all {rows} rows",
        "some rows need a label",
        "label some rows, or fit without a target (VAEEmbedding)",
    )


def class_dtype(column: Cells, classes: tuple[Any, ...]) -> str:
    """Returns NumPy's name of the type that restores the classes."""

    types = {type(value) for value in classes}

    if types == {str}:
        return "str" if column.attrs.get("fixed width") else "object"

    if len(types) > 1:
        return "float64" if types == {int, float} else "object"

    dtype = getattr(column.dtype, "numpy_dtype", column.dtype)  # of pandas' types with missing values

    return dtype.name if isinstance(dtype, np.dtype) and dtype.kind in "biuf" else np.array(classes).dtype.name
