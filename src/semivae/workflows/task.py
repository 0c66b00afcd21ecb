r"""What to learn from a target: classes, a real value or several of both, and which of its labels."""

from __future__ import annotations

__all__ = ["Task", "encoded", "hide", "labels_for", "readable", "taken_for", "task_of", "task_of_values"]

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semivae.data.labels.classes import Cells
    from semivae.data.labels.single import ClassLabels, RealLabels
    from semivae.fitted import Classifier, Regressor


class Task(StrEnum):
    """What the target is."""

    CLASS = "class"
    REAL = "real"
    SEVERAL = "several"


def readable(y: Any, missing_label: list[str] | None) -> Cells:
    """Returns a target as a column, of numbers where the text is numbers but for the markers of missing labels."""

    import pandas as pd

    from semivae.data.files.delimited import as_labels
    from semivae.data.labels.markers import as_column

    column = as_column(y)

    if not missing_label or not pd.api.types.is_string_dtype(column.dtype):
        return column

    blank = as_labels(column.mask(column.isin(missing_label), ""))

    return column if pd.api.types.is_string_dtype(blank.dtype) else blank


def task_of(y: Cells, missing_label: list[str] | None, name: str) -> tuple[Task, str]:
    """Judges what a target is by its values: returns the task, and the reason in words."""

    from semivae.data.labels.classes import distinct
    from semivae.data.labels.markers import coded, likely_markers

    codes, values = distinct(y, name)
    codes, values = coded(y, likely_markers(values, bool((codes < 0).any()), missing_label), name)

    return task_of_values(values, int((codes >= 0).sum()))


def task_of_values(values: list[Any], labeled: int) -> tuple[Task, str]:
    """Judges what a target is by its different values and the number of labeled rows, as :func:`task_of` does."""

    from semivae.data.labels.task import kind_of_values

    kind, reason = kind_of_values(values, labeled)

    return Task.CLASS if kind == "category" else Task.REAL, reason


def taken_for(name: str | None, task: Task, reason: str) -> str:
    """Returns in words what a target is taken for and why."""

    return f"Target {name!r} is taken for {'a class' if task is Task.CLASS else 'a real value'}: {reason}"


def labels_for(y: Cells, task: Task, missing_label: list[str] | None, name: str) -> ClassLabels | RealLabels:
    r"""Fits the labels of a target.

    Raises:
        DataError: If no row is labeled, there is only one class, or the values are of another kind.
    """

    from semivae.data.labels.single import ClassLabels, RealLabels

    return (ClassLabels if task is Task.CLASS else RealLabels).fit(y, missing_label, name)


def hide(y: Cells, labels: ClassLabels | RealLabels, n: int, seed: int, per_class: bool = False) -> Cells:
    r"""Keeps some labels, drawn by chance, and makes the others missing.

    Arguments:
        y: The target.
        labels: The labels fitted on it.
        n: How many labels to keep; of classes, as often of each as it occurs.
        seed: What the draw depends on.
        per_class: Whether so many are kept of each class.

    Raises:
        SettingError: If there are fewer labels, or more classes; or there are no classes to keep labels of.
    """

    from semivae.data.batches.split import keep_labels, keep_labels_per_class, keep_values
    from semivae.data.labels.single import ClassLabels

    if isinstance(labels, ClassLabels):
        keep = (keep_labels_per_class if per_class else keep_labels)(labels.encode(y), n, seed)
    elif per_class:
        raise SettingError(f"labels_per_class={n}", "the target is a number, without classes", f"labels={n}")
    else:
        keep = keep_values(labels.encode(y), n, seed)

    # As objects, for whole numbers beside a missing one would become fractions.
    return y.astype(object).where(keep, None)


def encoded(estimator: Classifier | Regressor, y: Any) -> NDArray[Any]:
    """Returns the codes (-1 where unlabeled) or values (NaN where unlabeled) of a fitted target, with shape (N,)."""

    from semivae.data.labels.single import ClassLabels, RealLabels

    variable = estimator.schema_.target

    if variable.kind == "category":
        return ClassLabels(variable, estimator.missing_label).encode(y)

    labels = RealLabels(variable, estimator.missing_label)

    return labels.decode(labels.encode(y))
