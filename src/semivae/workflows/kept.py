r"""The rows of a fit, read again with the labels that the fit kept."""

from __future__ import annotations

__all__ = ["rows_of_fit"]

from pathlib import Path
from typing import TYPE_CHECKING

from semivae.workflows.inputs.rows import read_maybe_labeled

if TYPE_CHECKING:
    from semivae.data.in_memory import InMemory
    from semivae.fitted import Saved


def rows_of_fit(
    model: Saved,
    data: str,
    target: str | None = None,
    split: str = "train",
    header: bool = True,
    labels_from: Path | None = None,
    kept: int | None = None,
    per_class: bool = False,
    seed: int = 0,
) -> InMemory:
    r"""Reads rows, with their labels if there are some, and hides the labels that a fit hid.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        target: The column of the labels; the target of the model if not given.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the labels.
        kept: The number of labels that the fit kept; all if not given.
        per_class: Whether so many were kept of each class.
        seed: The seed of the fit.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If there are fewer labels than were kept.
    """

    from semivae.data.labels.table import find_targets
    from semivae.fitted import Classifier, Regressor
    from semivae.workflows.inputs.task import hide

    source = read_maybe_labeled(model, data, target, split, header, labels_from)

    if kept is None or source.y is None:
        return source

    wanted = "category" if isinstance(model, Classifier) else "real" if isinstance(model, Regressor) else "any"

    return hide(source, find_targets(source, wanted, getattr(model, "missing_label", None)), kept, seed, per_class)
