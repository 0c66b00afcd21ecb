r"""The wishes of a user who fits a model."""

from __future__ import annotations

__all__ = ["Wishes"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.inputs.task import Task

if TYPE_CHECKING:
    from semivae.data.labels.table import Wanted


@dataclass(frozen=True)
class Wishes:
    r"""The wishes of a user.

    Attributes:
        data: A file, or the name of a set.
        targets: The columns of the labels.
        split: Which rows of a named set.
        model: The name of the model, "pca" or "auto".
        task: The task that the target sets; None to judge by its values.
        labels: The number of labels to keep; None for all.
        labels_per_class: The number of labels of each class to keep; None for all.
        seed: The random seed.
        settings: Settings of the estimator, as name=value.
        missing_label: The values that mark a row without label.
        labels_from: A second file that holds the target; None if the rows hold it.
        stream: Whether rows are not to be held in memory.
        header: Whether the first line of a text file names the columns.
        columns: The columns that are dropped, kept, carried into predictions, or of a given kind, as the estimator
            takes them.
        outlier_column: The column that marks known outliers; None without one.
        held_out: A file, or the name of a set, with labeled rows that the fit does not learn from; None without any.
        resize: The height and width that images are scaled to, or one number for both; None to leave them.
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
    columns: Mapping[str, Any] = field(default_factory=dict)
    outlier_column: str | None = None
    held_out: str | None = None
    resize: int | tuple[int, int] | None = None

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
    def wanted(self) -> Wanted:
        """The kind of the targets; "any" to judge them by their values."""

        given: dict[Task | None, Wanted] = {Task.CLASS: "category", Task.REAL: "real"}

        return given.get(self.task, "any")

    @property
    def several(self) -> bool:
        """Whether the target is a table, of which a row may hold a part."""

        return len(self.targets) > 1 or self.task is Task.SEVERAL
