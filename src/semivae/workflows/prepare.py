r"""A fit that is ready to start: the rows, the labels that may be seen, the estimator."""

from __future__ import annotations

__all__ = ["Job", "Wishes", "prepare"]

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.task import Task

if TYPE_CHECKING:
    from semivae.data.source import Source
    from semivae.fitted import Fitted

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wishes:
    r"""What the user asked for.

    Attributes:
        data: A file, or the name of a set.
        targets: The columns of the labels.
        split: Which rows of a named set.
        model: The name of the model, "pca" or "auto".
        task: What the target is; None to judge by its values.
        labels: How many labels to keep; None for all.
        labels_per_class: How many labels of each class to keep; None for all.
        seed: What everything random is drawn from.
        settings: Settings of the estimator, as name=value.
        missing_label: What marks a row without label.
        labels_from: A second file that holds the target; None if the rows hold it.
        stream: Whether rows are not to be held in memory.
        header: Whether the first line of a text file names the columns.
        columns: The names of columns that are dropped, kept, or carried into predictions, as the estimator takes them.
    """

    data: str
    targets: Sequence[str]
    split: str
    model: str
    task: Task | None
    labels: int | None
    seed: int
    settings: list[str]
    missing_label: list[str] | None
    labels_from: Path | None = None
    stream: bool = False
    labels_per_class: int | None = None
    header: bool = True
    columns: Mapping[str, Sequence[str] | None] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[str, int] | None:
        """The field by which some labels are kept, and their number; None if all are kept."""

        given = {"labels": self.labels, "labels_per_class": self.labels_per_class}
        named = [(name, count) for name, count in given.items() if count is not None]

        if len(named) > 1:
            raise SettingError(
                f"labels={self.labels} and labels_per_class={self.labels_per_class}",
                "only one of them can be given",
                "leave one out",
            )

        return named[0] if named else None

    def joined_by(self, identifier: str | None) -> Wishes:
        """Returns the wishes with a column that joined labels to rows among the identifiers, if there is one."""

        ids = list(self.columns.get("id_columns") or ())

        if identifier is None or identifier in ids:
            return self

        return replace(self, columns={**self.columns, "id_columns": [*ids, identifier]})

    @property
    def target(self) -> str | None:
        """The column of the labels, or the first of several; None without one."""

        return self.targets[0] if self.targets else None

    @property
    def several(self) -> bool:
        """Whether the target is a table, of which a row may hold a part."""

        return len(self.targets) > 1 or self.task is Task.SEVERAL


@dataclass(frozen=True)
class Job:
    r"""A fit that is ready to start.

    Attributes:
        estimator: The estimator, not fitted.
        source: The rows, and the labels that may be seen; those of a stream are in its files.
        task: What the target is; None where nothing is learned from one.
    """

    estimator: Fitted
    source: Source
    task: Task | None

    @property
    def single(self) -> bool:
        """Whether one target is learned, and not several or none."""

        return self.task in (Task.CLASS, Task.REAL)


def prepare(wishes: Wishes) -> Job:
    r"""Reads the rows, hides labels before anything else sees them, and chooses the estimator.

    Raises:
        SettingError: If what the user asked for does not go together.
        DataError: If the rows or labels cannot be used.
    """

    from semivae.workflows.choose import learns_from_target, settings_for
    from semivae.workflows.rows import read_wished
    from semivae.workflows.several import labeled_in_part, read_several, refuse_together
    from semivae.workflows.streams import is_streamed, streamed

    learns = learns_from_target(wishes.model, wishes.target)

    if wishes.kept is not None and not learns:
        needed = "labels are kept of a target that is learned from"
        raise SettingError("{}={}".format(*wishes.kept), needed, "add targets=['COL'], and take model='auto'")

    if wishes.several:
        refuse_together(wishes)

    settings_for(wishes.model, wishes.settings)  # a wrong one should not wait until the rows are read

    if is_streamed(wishes.data, wishes.stream, wishes.labels_from):
        source, task = streamed(wishes, learns)

        return Job(ready_estimator(wishes.joined_by(source.identifier), task), source, task)

    if wishes.several:
        source = read_several(wishes.data, wishes.targets, wishes.split, wishes.missing_label, header=wishes.header)
    else:
        source = read_wished(wishes)

    if not learns:
        if wishes.target is not None:
            names = " and ".join(map(repr, wishes.targets))
            verb = "are" if wishes.several else "is"
            LOG.info(f"Model {wishes.model} does not learn from a target: {names} {verb} left out of the rows.")

        source, task = replace(source, y=None), None
    elif wishes.several:
        source, task = labeled_in_part(source, wishes), Task.SEVERAL
    else:
        source, task = labeled(source, wishes)

    estimator = ready_estimator(wishes.joined_by(source.identifier), task)

    if wishes.labels_per_class is not None:
        take_for_equal(estimator, wishes)

    return Job(estimator, source, task)


def take_for_equal(estimator: Fitted, wishes: Wishes) -> None:
    """Takes the classes for equally frequent, as labels that were drawn class by class tell nothing of it."""

    if any(setting.partition("=")[0].strip() == "label_prior" for setting in wishes.settings):
        return

    estimator.set_params(label_prior="uniform")
    LOG.info("As many labels are kept of each class, so all classes count as equally frequent (set label_prior).")


def ready_estimator(wishes: Wishes, task: Task | None) -> Any:
    """Returns the estimator that the user asked for."""

    from semivae.workflows.choose import estimator_for

    return estimator_for(wishes.model, task, wishes.settings, wishes.missing_label, wishes.seed, columns=wishes.columns)


def labeled(source: Source, wishes: Wishes) -> tuple[Source, Task]:
    """Returns rows with the labels that may be seen, and what the labels are."""

    from semivae.workflows.task import hide, labels_for, readable, taken_for, task_of

    y = readable(source.y, wishes.missing_label)
    task, name = wishes.task, str(source.target)

    reason = ""

    if task is None:
        task, reason = task_of(y, wishes.missing_label, name)

    labels = labels_for(y, task, wishes.missing_label, name)

    if reason:
        LOG.info(f"{taken_for(name, task, reason)} (see task=...).")

    if wishes.kept is not None:
        y = hide(y, labels, wishes.kept[1], wishes.seed, wishes.labels_per_class is not None)

    return replace(source, y=y), task
