r"""`semivae evaluate`: the metrics of a saved model on labeled rows that it has not seen."""

from __future__ import annotations

__all__ = ["evaluate"]

from pathlib import Path
from typing import TYPE_CHECKING

from semivae.cli.options import Data, Json, LabelsFrom, Model, NoHeader, Split, TargetName
from semivae.cli.screen import emit, number, put, table

if TYPE_CHECKING:
    from semivae.workflows.evaluate import Measured


def evaluate(
    model: Model,
    data: Data,
    target: TargetName = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    split: Split = "test",
    json: Json = False,
) -> None:
    """Measure a saved model on labeled rows. Unlabeled rows are not scored.

    The log-likelihood per row is a lower bound, from at most 2,000 of the rows. Images on levels also have bits per
    dimension.
    """

    from semivae.estimators import load
    from semivae.workflows.evaluate import evaluate as measure

    measured = measure(load(model), data, target, split, not no_header, labels_from)

    if json:
        emit({"model": model, "data": measured.data, "split": split, **measured.to_json()})
    else:
        show(model, measured)


def show(model: Path, measured: Measured) -> None:
    """Shows metrics as text."""

    put(f"{model} on {measured.data}: {number(measured.rows)} rows\n")
    parts = measured.targets.items()
    lines = [(f"{name}: {metric}", value) for name, part in parts for metric, value in part.items()]
    table(["metric", ">value"], [*lines, *measured.metrics.items()])
