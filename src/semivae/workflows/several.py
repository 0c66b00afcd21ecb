r"""Several targets for a command: columns of a table, of which a row may hold some, all or none."""

from __future__ import annotations

__all__ = ["labeled_in_part", "read_several", "refuse_together"]

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from semivae.errors import DataError, SettingError
from semivae.workflows.task import Task, readable, taken_for, task_of

if TYPE_CHECKING:
    from semivae.data.source import Source
    from semivae.workflows.prepare import Wishes

LOG = logging.getLogger(__name__)


def refuse_together(wishes: Wishes) -> None:
    r"""Checks what several targets do not go together with.

    Raises:
        SettingError: If something else was asked for that is of one target.
    """

    from semivae.workflows.streams import is_streamed

    given = f"targets={list(wishes.targets)}" if wishes.targets else f"task={str(wishes.task)!r}"
    twice = [name for name in wishes.targets if wishes.targets.count(name) > 1]

    if twice:
        raise SettingError(given, f"{twice[0]!r} is given twice", f"targets={twice[:1]}")

    if not wishes.targets:
        raise SettingError(given, "it learns from targets", "add targets=['COL']")

    if wishes.task not in (None, Task.SEVERAL):
        raise SettingError(
            f"task={str(wishes.task)!r} with {given}",
            "the kind of each of several targets is judged by its values",
            "task=None, or name the numbers: VAEPredictor().fit(X, y, real=[...])",
        )

    if wishes.labels_per_class is not None:
        given = f"labels_per_class={wishes.labels_per_class}"
        raise SettingError(given, "of several targets, rows keep all they have", f"labels={wishes.labels_per_class}")

    if is_streamed(wishes.data, wishes.stream, wishes.labels_from):
        raise SettingError(given, "rows that are streamed have one target", f"targets={list(wishes.targets[:1])}")

    if wishes.labels_from is not None:
        raise SettingError(given, "a second file holds one target", f"targets={list(wishes.targets[:1])}")


def read_several(
    data: str,
    targets: Sequence[str],
    split: str,
    missing_label: list[str] | None,
    part: bool = False,
    header: bool = True,
    columns: Mapping[str, list[str]] = MappingProxyType({}),
) -> Source:
    r"""Reads rows and several of their columns as targets.

    Arguments:
        data: A file, or the name of a set.
        targets: The names of the columns.
        split: Which rows of a named set.
        missing_label: What marks a missing entry.
        part: Whether one of the columns is enough.
        header: Whether the first line of a text file names the columns.
        columns: The columns of a text file that hold no numbers, as :func:`semivae.data.read.read` takes them.

    Raises:
        DataError: If the rows are no table, or have no such column.
    """

    from semivae.data.codecs.frame import is_frame
    from semivae.data.read import read
    from semivae.data.source import Source, no_target

    source = read(data, None, split, download=True, header=header, **columns)

    if not is_frame(source.x):
        raise DataError(f"{source.name} holds no columns by name", "several targets are columns of a table")

    names = [name for name in targets if name in source.x]
    absent = [name for name in targets if name not in names]

    if absent and not (part and names):
        raise no_target(absent[0], source.name, list(source.x))

    y = source.x[names].apply(readable, missing_label=missing_label)

    return Source(source.x.drop(columns=names), y, source.name, ", ".join(names))


def labeled_in_part(source: Source, wishes: Wishes) -> Source:
    """Returns rows with the targets that may be seen, and says what each is taken for."""

    import numpy as np

    from semivae.data.batches.split import keep_values
    from semivae.data.labels.several import SeveralLabels

    markers = wishes.missing_label

    for name in source.y:
        task, reason = task_of(source.y[name], markers, name)
        LOG.info(f"{taken_for(name, task, reason)}.")

    if wishes.labels is None:
        return source

    # Of the rows that have any target, so many keep theirs.
    known = ~np.isnan(SeveralLabels.fit(source.y, markers).encode(source.y)).all(axis=1)
    keep = keep_values(np.where(known, 0.0, np.nan), wishes.labels, wishes.seed)
    hidden = source.y.astype(object)
    hidden.loc[~keep] = None

    return replace(source, y=hidden)
