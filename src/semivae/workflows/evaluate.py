r"""The metrics of saved models on rows that they have not seen, side by side."""

from __future__ import annotations

__all__ = ["Measured", "described", "evaluate", "leaders"]

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.workflows.inputs.rows import read_labeled, read_rows
from semivae.workflows.measures import Details, Metrics, classes, numbers, others, targets_of

if TYPE_CHECKING:
    from semivae.fitted import Classifier, Regressor, Saved

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    r"""The metrics of a model on some rows.

    Attributes:
        data: The name of the rows.
        rows: The number of rows that are measured.
        unlabeled: The number of rows left out because they have no label; None where no label was asked for.
        metrics: The metrics by name; most know a 95 % interval.
        targets: The number of known entries and the metrics of each of several targets, by its name.
        details: The predictions class by class, if labels are classes.
        note: What to know of the metrics; empty if nothing.
    """

    data: str
    rows: int
    unlabeled: int | None
    metrics: Metrics
    targets: dict[str, Metrics] = field(default_factory=dict)
    details: Details | None = None
    note: str = ""

    def lines(self) -> Metrics:
        """Returns all metrics by name, also of several targets."""

        parts = {f"{target}: {name}": value for target, part in self.targets.items() for name, value in part.items()}

        return parts | self.metrics

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Returns the 95 % intervals of :meth:`lines` by name, of all that have one."""

        from semivae.evaluation import intervals

        return intervals(self.lines())

    def to_json(self) -> dict[str, Any]:
        """Returns the metrics as plain JSON values."""

        unlabeled = {} if self.unlabeled is None else {"unlabeled": self.unlabeled}
        targets = {"targets": self.targets} if self.targets else {}
        details = asdict(self.details) if self.details else {}

        note = {"note": self.note} if self.note else {}
        intervals = self.intervals()

        return {"n": self.rows, **unlabeled, **targets, **self.metrics, "intervals": intervals, **details, **note}


def evaluate(
    model: Saved,
    data: str,
    target: str | None = None,
    split: str = "test",
    header: bool = True,
    labels_from: Path | None = None,
    whole: bool = False,
) -> Measured:
    r"""Measures a saved model. Rows without a label are not scored.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        target: The column of the labels; the target of the model if not given.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the labels.
        whole: Whether samples, reconstructions and latents are measured, too.

    Raises:
        DataError: If the rows cannot be read, or none is labeled.
        SettingError: If labels are given for a model without a target.
    """

    from semivae.fitted import Classifier, Predictor, Regressor

    if model.schema_.y is None and target is None and labels_from is None:
        source = read_rows(model, data, split, header)

        return Measured(source.name, len(source), None, others(model, source.x, None, whole))

    source = read_labeled(model, data, target, split, header, labels_from)

    if isinstance(model, Predictor):
        parts = targets_of(model, source.x, source.y)

        return Measured(source.name, len(source), None, others(model, source.x, None, whole), parts)

    assert isinstance(model, Classifier | Regressor)
    x, y = labeled(model, source.x, source.y)
    metrics, details = classes(model, x, y) if isinstance(model, Classifier) else (numbers(model, x, y), None)

    metrics |= others(model, x, y, whole)
    note = note_of_fit(model, source.y)

    return Measured(source.name, len(y), len(source) - len(y), metrics, details=details, note=note)


def note_of_fit(model: Classifier | Regressor, y: Any) -> str:
    """Says that labels are those that a model learned from, if they are, and how good it was on those it held out."""

    from sklearn.metrics import accuracy_score, r2_score

    from semivae.estimators.doubts import same
    from semivae.estimators.rows.target import encoded

    held = model.held_out_

    if held is None or not same(model, held, encoded(model, y)):
        return ""

    name, score = ("accuracy", accuracy_score) if held.classes else ("R2", r2_score)

    return (
        "The model learned from these labels. On those that its fit held out in turn: "
        f"{name} {score(held.truth, held.chosen):.3f}."
    )


def labeled(model: Classifier | Regressor, x: Any, y: Any) -> tuple[Any, Any]:
    r"""Returns the labeled rows and their labels.

    Raises:
        SchemaError: If a label is a class that the fit did not have.
    """

    from semivae.data.labels.single import labels_of
    from semivae.estimators.rows.target import known_rows

    labels = labels_of(model.schema_.target, model.missing_label)
    rows, known, _ = known_rows(x, y, None, labels.missing_label)
    labels.encode(known)

    if len(known) < len(y):
        LOG.info(f"{len(y) - len(known):,} of {len(y):,} rows have no label and are not scored.")

    return rows, known


def leaders(name: str, values: Sequence[float | None]) -> list[bool]:
    r"""Marks the models whose value of a metric is the best, or cannot be told from it on the same rows.

    Arguments:
        name: The metric.
        values: Its value for each model; None where a model has none.
    """

    from semivae.evaluation import Average, difference, metrics

    better = metrics.parts[plain].better if (plain := name.rpartition(": ")[2]) in metrics.parts else None
    known = [value for value in values if value is not None and value == value]

    if better not in ("higher", "lower") or len(known) < 2:
        return [False] * len(values)

    best = (max if better == "higher" else min)(known)

    def tied(value: float | None) -> bool:
        if not isinstance(value, Average) or not isinstance(best, Average) or len(value.terms) != len(best.terms):
            return value == best

        low, high = difference(value, best)

        return value == best or low <= 0 <= high

    return [tied(value) for value in values]


def described() -> Mapping[str, list[tuple[str, str]]]:
    """Returns the name of each metric with its direction, unit and meaning, by the subject that it measures."""

    from semivae.evaluation import metrics

    found: dict[str, list[tuple[str, str]]] = {}

    for name in metrics:
        part = metrics[name]
        facts = ", ".join(filter(None, (part.direction, part.unit)))
        found.setdefault(part.subject, []).append((name, f"{part.meaning} ({facts})"))

    return found
