r"""What a target is, judged by its values: classes, or a real value."""

from __future__ import annotations

__all__ = ["kind_of_values"]

from collections.abc import Sequence
from typing import Any

from semivae.variables import TargetForm

# Up to here, different whole numbers are always taken for classes.
FEW = 20


def kind_of_values(values: Sequence[Any], labeled: int) -> tuple[TargetForm, str]:
    r"""Judges what a target is.

    Text and booleans are classes. Numbers are real values if some are not whole, or if more than 20 differ, unless
    they number their classes from 0 or 1 without a gap, each with 10 labels or more on average.

    Arguments:
        values: Its different values, without those that mean unlabeled.
        labeled: The number of labeled rows.

    Returns:
        "category" or "real", and the reason in words.
    """

    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return "category", f"{len(values)} different values, not all numbers"

    if not all(float(value).is_integer() for value in values):
        return "real", "numbers that are not whole"

    first, last = min(values, default=0), max(values, default=0)
    numbered = first in (0, 1) and len(values) == last - first + 1
    classes = len(values) <= FEW or (numbered and len(values) <= labeled / 10)

    return "category" if classes else "real", f"{len(values)} different whole numbers"
