r"""The labels of rows larger than memory, judged from one pass over their column alone."""

from __future__ import annotations

__all__ = ["count_labels", "find_classes", "find_values", "likely_classes"]

from typing import Any

import numpy as np
import pandas as pd

from semivae.data.files.delimited import as_labels
from semivae.data.kinds.scaling import Moments
from semivae.data.kinds.tally import MOST_VALUES, Types, ValueCounts
from semivae.data.labels.classes import distinct
from semivae.data.labels.markers import Markers, class_markers, is_marker, likely_markers, marker_set, real_values
from semivae.data.labels.single import ClassLabels, RealLabels
from semivae.data.stream.rows import Stream
from semivae.errors import DataError


def count_labels(stream: Stream) -> ValueCounts:
    """Counts the distinct values of the target, markers of missing labels among them."""

    counts = ValueCounts(str(stream.target))

    for column in stream.labels():
        counts.add(column)

    return counts


def likely_classes(counts: ValueCounts, missing_label: Markers) -> dict[Any, int]:
    """Returns the number of rows of each label, of a target that may not be a class."""

    found, missing = values_of(counts)

    return without(found, likely_markers(list(found), missing, missing_label))


def values_of(counts: ValueCounts) -> tuple[dict[Any, int], bool]:
    r"""Returns the number of rows of each value, markers among them, and whether some row has none.

    Whole numbers that a missing cell beside them turned into fractions are whole again.

    Raises:
        DataError: If there are too many different values to be classes.
    """

    if counts.counts is None:
        raise DataError(
            f"target {counts.name!r} has more than {MOST_VALUES:,} classes",
            "classes must recur; this looks like a number or an identifier",
            "take a regressor (--task real), or name another column as the target",
        )

    codes, values = distinct(representative(counts), counts.name)

    return dict(zip(values, counts.counts.values(), strict=True)), bool((codes < 0).any())


def without(found: dict[Any, int], missing_label: Markers) -> dict[Any, int]:
    """Returns the counts of values that do not mean unlabeled."""

    markers = marker_set(missing_label)

    return {value: count for value, count in found.items() if not is_marker(value, markers)}


def representative(counts: ValueCounts) -> Any:
    """Returns a column with each value once, and a missing one if there is any, in the type of the user."""

    values = list(counts.counts or {})
    missing = sum((counts.counts or {}).values()) < counts.rows
    dtype = counts.types.column.dtype
    dtype = object if isinstance(dtype, pd.CategoricalDtype) else dtype
    column = pd.Series([*values, *([None] if missing else [])], dtype=dtype)

    return as_labels(column) if column.dtype.kind == "f" else column


def find_classes(stream: Stream, missing_label: Markers) -> tuple[ClassLabels, list[int]]:
    """Returns the classes of the target, as :meth:`ClassLabels.fit` does, and the number of labels of each."""

    counts = count_labels(stream)
    found, missing = values_of(counts)
    kept = without(found, class_markers(list(found), missing, missing_label, counts.name))
    labels = ClassLabels.of(kept, representative(counts), counts.rows, missing_label, counts.name)

    return labels, [kept[value] for value in labels.variable.classes]


def find_values(stream: Stream, missing_label: Markers) -> tuple[RealLabels, list[int]]:
    """Returns the range of a real target, as :meth:`RealLabels.fit` does; it has no classes to count."""

    name = str(stream.target)
    moments, others, types, rows = Moments(), Moments(), Types(), 0

    for column in stream.labels():
        values = real_values(column, missing_label, name)
        moments = moments.merge(Moments.of(values))
        others = others.merge(Moments.of(values[values != -1]))
        types.add(column)
        rows += int(np.size(values))

    return RealLabels.of(moments, others, types.column, rows, missing_label, name), []
