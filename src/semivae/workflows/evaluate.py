r"""The metrics of saved models on rows that they have not seen, side by side."""

from __future__ import annotations

__all__ = ["Measured", "described", "evaluate", "leaders"]

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.workflows.inputs.rows import levels_in, read_labeled, read_rows, score_prefix

if TYPE_CHECKING:
    from semivae.evaluation import PerClass, Reliability
    from semivae.fitted import Classifier, Fitted, Predictor, Regressor, Saved

LOG = logging.getLogger(__name__)

# The log-density costs a pass per draw and class, and a mean over so many rows is known to its standard error.
DENSITY_ROWS = 2000

# Fewer rows say nothing of samples and latents.
FEWEST = 40

Metrics = dict[str, float]


@dataclass(frozen=True)
class Details:
    r"""The predictions of a classifier, class by class.

    Attributes:
        classes: The names of the classes.
        confusion: Rows of each true class by their predicted class.
        per_class: Precision and recall of each class.
        reliability: Accuracy by confidence.
    """

    classes: list[Any]
    confusion: Any
    per_class: PerClass
    reliability: Reliability

    def taken_for(self, position: int) -> str:
        """Returns the class that rows of a class are most often taken for, with their number; "" if they never are."""

        row = self.confusion[position].copy()
        row[position] = 0

        return f"{self.classes[row.argmax()]} ({row.max():,})" if row.any() else ""


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
    """

    data: str
    rows: int
    unlabeled: int | None
    metrics: Metrics
    targets: dict[str, Metrics] = field(default_factory=dict)
    details: Details | None = None

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

        return {"n": self.rows, **unlabeled, **targets, **self.metrics, "intervals": self.intervals(), **details}


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

    return Measured(source.name, len(x), len(source) - len(x), metrics | others(model, x, y, whole), details=details)


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

    if len(rows) < len(x):
        LOG.info(f"{len(x) - len(rows):,} of {len(x):,} rows have no label and are not scored.")

    return rows, known


def classes(model: Classifier, x: Any, y: Any) -> tuple[Metrics, Details]:
    """Returns the metrics of predicted classes, and the predictions class by class."""

    import numpy as np

    from semivae.evaluation import classification, coded, confusion, per_class, reliability

    beliefs, codes = model.predict_proba(x), coded(np.asarray(y), model.classes_)
    curve = reliability(beliefs.argmax(axis=1) == codes, beliefs.max(axis=1))
    details = Details(model.classes_.tolist(), confusion(codes, beliefs), per_class(codes, beliefs), curve)

    return classification(y, beliefs, model.classes_), details


def numbers(model: Regressor, x: Any, y: Any) -> Metrics:
    """Returns the metrics of predicted values."""

    import numpy as np

    from semivae.evaluation import regression

    mean, deviation = model.predict(x, return_std=True)

    return regression(np.asarray(y, dtype=float), mean, *model.predict_interval(x), deviation)


def targets_of(model: Predictor, x: Any, y: Any) -> dict[str, Metrics]:
    """Returns the metrics of each of several targets, on the rows where it is known."""

    import numpy as np

    from semivae.data.labels.table import TargetLabels
    from semivae.evaluation import classification, regression

    labels = TargetLabels(model.schema_.target, model.missing_label)
    points = labels.encode(labels.table(y))
    truth = labels.decode(np.nan_to_num(points))
    predicted = np.asarray(model.predict(x)).T
    ends = zip(*(np.asarray(end, dtype=float).T for end in model.predict_interval(x)), strict=True)
    beliefs = zip(model.classes_, model.predict_proba(x), strict=True)
    found: dict[str, Metrics] = {}

    for part, column, values in zip(model.schema_.targets, points.T, predicted, strict=True):
        known = ~np.isnan(column)
        given = truth[part.name].to_numpy()[known]

        if part.classes:
            names, table = next(beliefs)
            measured = classification(given, table[known], names) if known.any() else {}
        else:
            low, high = next(ends)
            measured = regression(given, values[known].astype(float), low[known], high[known]) if known.any() else {}

        found[part.name] = {"n": int(known.sum()), **measured}

    return found


def others(model: Fitted, x: Any, y: Any, whole: bool) -> Metrics:
    """Returns the metrics of the density, and of samples and latents if the whole model is measured."""

    return density(model, x) | (space(model, x, y) if whole else {})


def space(model: Fitted, x: Any, y: Any) -> Metrics:
    r"""Returns the metrics of reconstructions, samples and latents.

    Probes, and the networks that samples are judged by, learn from one half of the rows; the other half is compared
    with. So nothing is said about copies of training rows, which are not at hand.

    Arguments:
        model: The model.
        x: The rows.
        y: Their labels; None without.

    Raises:
        DataError: If the rows are too few.
    """

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.evaluation import Exam, metrics
    from semivae.evaluation.generator_half import of_samples, rebuilt_share
    from semivae.evaluation.latent_half import latent
    from semivae.evaluation.registry import enough
    from semivae.fitted import Classifier

    enough("samples and latents", len(x), FEWEST, "rows")
    train, test = np.array_split(np.random.default_rng(0).permutation(len(x)), 2)
    # Without a target, no number depends on the labels.
    labels = np.zeros(len(x)) if y is None else np.asarray(y)
    parts = ((_safe_indexing(x, part), labels[part]) for part in (train, test))
    (seen, seen_y), (new, new_y) = parts
    exam = Exam(model.schema_, seen, seen_y, np.ones(len(train), bool), new, new_y, not isinstance(model, Classifier))
    found = rebuilt_share(model, exam) | of_samples(model, exam) | latent(model, exam)

    for judge in ("judge", "network"):
        if judge in found:
            LOG.info(f"Samples are judged by {found[judge]}: {found[f'{judge}_accuracy']:.3f} right on other rows.")

    kept = {"frechet_floor", "linear_probe", "neighbor_probe", *metrics} - {"sample_distance"}

    return {name: value for name, value in found.items() if name in kept and value == value}


def density(model: Fitted, x: Any) -> Metrics:
    """Returns the mean log-density of some of the rows, or another score of them where a model has no density."""

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.evaluation import evidence

    if len(x) > DENSITY_ROWS:
        x = _safe_indexing(x, np.random.default_rng(0).permutation(len(x))[:DENSITY_ROWS])

    found = evidence(model.score_samples(x), levels_in(model))

    return {f"{score_prefix(model)}{name}": value for name, value in found.items()}


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
