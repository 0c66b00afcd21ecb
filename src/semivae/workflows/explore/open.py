r"""Opens an exploration: a saved model with rows, or rows for which a model is fitted quickly first."""

from __future__ import annotations

__all__ = ["Opened", "fitted_quickly", "opened"]

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import DataError

if TYPE_CHECKING:
    from semivae.engine import Callback
    from semivae.fitted import Fitted
    from semivae.workflows.inputs.wishes import Wishes

# Passes over the rows of a quick fit, in each stage: enough for a map to look at, and retraining goes on from there.
QUICK = 8


@dataclass(frozen=True, eq=False)
class Opened:
    r"""A model with rows.

    Attributes:
        estimator: The model.
        x: The rows.
        y: Their labels, missing where unlabeled; None without.
        name: The name of the data.
        folder: The folder of the model, if it was saved.
    """

    estimator: Fitted
    x: Any
    y: Any
    name: str
    folder: Path | None = None


def opened(folder: Path, data: str, split: str = "train", header: bool = True) -> Opened:
    r"""Loads a model, and rows with their labels if they hold the target of the model.

    Arguments:
        folder: The folder of the model.
        data: A file, or the name of a set.
        split: The rows of a named set.
        header: Whether the first line of a text file names the columns.

    Raises:
        DataError: If the rows cannot be read.
        StoreError: If the model cannot be read.
    """

    from semivae.estimators import load
    from semivae.workflows.inputs.rows import read_labeled, read_rows

    estimator = load(folder)
    rows = None

    if estimator.schema_.y is not None:
        try:
            rows = read_labeled(estimator, data, None, split, header)
        except DataError:
            rows = None  # without the target, or the next reading says what is wrong

    rows = rows or read_rows(estimator, data, split, header)

    return Opened(estimator, rows.held, rows.y if estimator.schema_.y is not None else None, rows.name, folder)


def fitted_quickly(wishes: Wishes, callbacks: Sequence[Callback] = ()) -> Opened:
    r"""Fits a model for fewer epochs than usual, unless the wishes set their number.

    Arguments:
        wishes: The wishes of the user.
        callbacks: Callbacks that see every epoch.

    Raises:
        SettingError: If two wishes exclude each other, or the rows are a stream.
        DataError: If the rows or labels cannot be used.
    """

    from semivae.data.in_memory import InMemory
    from semivae.workflows.fit import train
    from semivae.workflows.prepare import prepare

    if not any(setting.partition("=")[0].strip() == "epochs" for setting in wishes.settings) and wishes.model != "pca":
        wishes = dataclasses.replace(wishes, settings=[*wishes.settings, f"epochs={QUICK}"])

    job = prepare(wishes)

    if not isinstance(job.source, InMemory):
        raise DataError("the rows are streamed", "the explorer needs them in memory", "give a smaller file")

    train(job, callbacks)

    return Opened(job.estimator, job.source.held, job.source.y if job.task else None, job.source.name)
