r"""The task that a target sets, and the labels that a fit may see."""

from __future__ import annotations

__all__ = ["Task", "hide", "taken_for", "task_of"]

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semivae.data.in_memory import InMemory
    from semivae.data.labels.table import FoundTargets
    from semivae.variables import Variable


class Task(StrEnum):
    """A class, a number, or several targets."""

    CLASS = "class"
    REAL = "real"
    SEVERAL = "several"


def task_of(variable: Variable) -> Task:
    """Returns the task that one target sets."""

    return Task.CLASS if variable.classes else Task.REAL


def taken_for(variable: Variable, reason: str) -> str:
    """Says what a target is taken for, and why."""

    return f"Target {variable.name!r} is taken for {'a class' if variable.classes else 'a real value'}: {reason}"


def hide(source: InMemory, targets: FoundTargets, n: int, seed: int, per_class: bool = False) -> InMemory:
    r"""Keeps some labels, drawn by chance, and makes the others missing.

    Arguments:
        source: The rows.
        targets: The findings about their targets.
        n: The number of labels to keep: of classes, as often of each as it occurs; of several targets, the number of
            rows that keep all they have.
        seed: The random seed.
        per_class: Whether so many are kept of each class.

    Raises:
        SettingError: If there are fewer labels, or more classes; or there are no classes to keep labels of.
    """

    keep = drawn(targets, n, seed, per_class)
    # As objects, for whole numbers beside a missing one would become fractions.
    y = source.y.astype(object)
    y = y.where(keep, None) if y.ndim == 1 else y.apply(lambda column: column.where(keep, None))
    hidden = replace(source, y=y)
    hidden.judged.append(targets.kept(keep))  # so that they are not coded again

    return hidden


def drawn(targets: FoundTargets, n: int, seed: int, per_class: bool) -> NDArray[Any]:
    """Draws the rows that keep their labels; returns a mask with shape (N,)."""

    import numpy as np

    from semivae.data.batches.split import keep_labels, keep_labels_per_class, keep_values

    found = list(targets.columns.values())

    if len(found) == 1 and found[0].variable.classes:
        return (keep_labels_per_class if per_class else keep_labels)(found[0].labels, n, seed)

    if per_class:
        raise SettingError(f"labels_per_class={n}", "the target is a number, without classes", f"labels={n}")

    known = np.any([target.known for target in found], axis=0)

    return keep_values(np.where(known, 0.0, np.nan), n, seed)
