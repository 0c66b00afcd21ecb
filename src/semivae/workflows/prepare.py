r"""A fit that is ready to start: the rows, the labels that may be seen, the estimator."""

from __future__ import annotations

__all__ = ["Job", "prepare"]

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.inputs.task import Task
from semivae.workflows.inputs.wishes import Wishes

if TYPE_CHECKING:
    from semivae.data.source import Source
    from semivae.fitted import Fitted

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    r"""A fit that is ready to start.

    Attributes:
        estimator: The estimator, not fitted.
        source: The rows, with the labels that may be seen: a :class:`Source`, in memory or in files.
        task: What the target is; None where nothing is learned from one.
        outliers: Rows that are known outliers, which are not among the others; None without any.
        held_out: Rows that the fit does not learn from, with their labels; None without any.
    """

    estimator: Fitted
    source: Any
    task: Task | None
    outliers: Any = None
    held_out: tuple[Any, Any] | None = None

    @property
    def single(self) -> bool:
        """Whether one target is learned, and not several or none."""

        return self.task in (Task.CLASS, Task.REAL)


def prepare(wishes: Wishes) -> Job:
    r"""Opens the rows, hides labels before anything else sees them, and chooses the estimator.

    Raises:
        SettingError: If two wishes exclude each other.
        DataError: If the rows or labels cannot be used.
    """

    from semivae.workflows.inputs.choose import learns_from_target, settings_for
    from semivae.workflows.inputs.refusals import refuse_several, refuse_streamed, refuse_unlearned
    from semivae.workflows.inputs.sources import open_source
    from semivae.workflows.outliers import known_apart

    learns = learns_from_target(wishes.model, wishes.target)

    refuse_unlearned(wishes, learns)
    refuse_several(wishes)
    settings_for(wishes.model, wishes.settings)  # a wrong one should not wait until the rows are read
    refuse_streamed(wishes)

    source, outliers = open_source(wishes), None

    if wishes.outlier_column is not None:
        source, outliers = known_apart(source, wishes.outlier_column)

    source, task = labeled(source, wishes) if learns else unlabeled(source, wishes)
    estimator = ready_estimator(wishes.joined_by(source.identifier), task)

    if wishes.labels_per_class is not None:
        take_for_equal(estimator, wishes)

    return Job(estimator, source, task, outliers, None if wishes.held_out is None else held_out(wishes, task))


def labeled(source: Source, wishes: Wishes) -> tuple[Source, Task]:
    """Returns rows with the labels that may be seen, and the task that they set."""

    from semivae.data.in_memory import InMemory
    from semivae.data.labels.table import find_targets
    from semivae.workflows.inputs.task import hide, taken_for, task_of

    targets = find_targets(source, wishes.wanted, wishes.missing_label)

    for found in targets.columns.values():
        if found.reason:
            hint = "" if wishes.several else " (see task=...)"
            LOG.info(f"{taken_for(found.variable, found.reason)}{hint}.")

    if wishes.kept is not None and isinstance(source, InMemory):
        source = hide(source, targets, wishes.kept[1], wishes.seed, wishes.labels_per_class is not None)

    return source, Task.SEVERAL if wishes.several else task_of(targets.single)


def held_out(wishes: Wishes, task: Task | None) -> tuple[Any, Any]:
    r"""Returns the rows of `held_out`, of a named set its test rows, with their labels.

    Raises:
        DataError: If they cannot be read.
        SettingError: If not one class or one number is learned.
    """

    from semivae.data.in_memory import InMemory
    from semivae.workflows.inputs.sources import open_source

    given = f"held_out={wishes.held_out!r}"

    if task not in (Task.CLASS, Task.REAL):
        raise SettingError(given, "the accuracy of one class or number is measured", "held_out=None")

    source = open_source(replace(wishes, data=str(wishes.held_out), split="test", labels_from=None, stream=False))

    if not isinstance(source, InMemory):
        raise SettingError(given, "held-out rows are read into memory", "give one file with fewer rows")

    return source.x, source.y


def unlabeled(source: Source, wishes: Wishes) -> tuple[Source, None]:
    """Returns rows from whose targets nothing is learned."""

    from semivae.data.in_memory import InMemory

    if wishes.targets:
        names = " and ".join(map(repr, wishes.targets))
        verb = "are" if wishes.several else "is"
        LOG.info(f"Model {wishes.model} does not learn from a target: {names} {verb} left out of the rows.")

    return replace(source, y=None) if isinstance(source, InMemory) else source, None


def take_for_equal(estimator: Fitted, wishes: Wishes) -> None:
    """Takes the classes for equally frequent, as labels that were drawn class by class tell nothing of it."""

    if any(setting.partition("=")[0].strip().rpartition("__")[2] == "label_prior" for setting in wishes.settings):
        return

    estimator.set_params(model__label_prior="uniform")
    LOG.info("As many labels are kept of each class, so all classes count as equally frequent (set label_prior).")


def ready_estimator(wishes: Wishes, task: Task | None) -> Any:
    """Returns the estimator that the user asked for."""

    from semivae.workflows.inputs.choose import estimator_for

    data = {**wishes.columns, "resize": wishes.resize}

    return estimator_for(wishes.model, task, wishes.settings, wishes.missing_label, wishes.seed, data)
