r"""The metrics of a saved model on rows that it has not seen."""

from __future__ import annotations

__all__ = ["Measured", "evaluate"]

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.workflows.inputs.rows import levels_in, read_labeled, read_rows, score_prefix

if TYPE_CHECKING:
    from semivae.fitted import Classifier, Fitted, Predictor, Regressor, Saved

LOG = logging.getLogger(__name__)

# The log-density costs a pass per draw and class, and a mean over so many rows is known to its standard error.
DENSITY_ROWS = 2000


@dataclass(frozen=True)
class Measured:
    r"""The metrics of a model on some rows.

    Attributes:
        data: The name of the rows.
        rows: The number of rows that are measured.
        unlabeled: The number of rows left out because they have no label; None where no label was asked for.
        metrics: The metrics by name.
        targets: The number of known entries and the metrics of each of several targets, by its name.
    """

    data: str
    rows: int
    unlabeled: int | None
    metrics: dict[str, float]
    targets: dict[str, dict[str, float]]

    def to_json(self) -> dict[str, Any]:
        """Returns the metrics as plain JSON values."""

        unlabeled = {} if self.unlabeled is None else {"unlabeled": self.unlabeled}
        targets = {"targets": self.targets} if self.targets else {}

        return {"n": self.rows, **unlabeled, **targets, **self.metrics}


def evaluate(
    model: Saved,
    data: str,
    target: str | None = None,
    split: str = "test",
    header: bool = True,
    labels_from: Path | None = None,
) -> Measured:
    r"""Measures a saved model. Rows without a label are not scored.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        target: The column of the labels; the target of the model if not given.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the labels.

    Raises:
        DataError: If the rows cannot be read, or none is labeled.
        SettingError: If labels are given for a model without a target.
    """

    from semivae.fitted import Classifier, Predictor, Regressor

    if model.schema_.y is None and target is None and labels_from is None:
        source = read_rows(model, data, split, header)

        return Measured(source.name, len(source), None, density(model, source.x), {})

    source = read_labeled(model, data, target, split, header, labels_from)

    if isinstance(model, Predictor):
        parts = targets_of(model, source.x, source.y)

        return Measured(source.name, len(source), None, density(model, source.x), parts)

    assert isinstance(model, Classifier | Regressor)
    x, y = labeled(model, source.x, source.y)
    metrics = classes(model, x, y) if isinstance(model, Classifier) else numbers(model, x, y)

    return Measured(source.name, len(x), len(source) - len(x), metrics | density(model, x), {})


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


def classes(model: Classifier, x: Any, y: Any) -> dict[str, float]:
    """Returns the metrics of predicted classes."""

    from semivae.evaluation import classification

    return classification(y, model.predict_proba(x), model.classes_)


def numbers(model: Regressor, x: Any, y: Any) -> dict[str, float]:
    """Returns the metrics of predicted values."""

    import numpy as np

    from semivae.evaluation import regression

    return regression(np.asarray(y, dtype=float), model.predict(x), *model.predict_interval(x))


def targets_of(model: Predictor, x: Any, y: Any) -> dict[str, dict[str, float]]:
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
    found: dict[str, dict[str, float]] = {}

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


def density(model: Fitted, x: Any) -> dict[str, float]:
    """Returns the mean log-density of some of the rows, or another score of them where a model has no density."""

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.evaluation import evidence

    if len(x) > DENSITY_ROWS:
        x = _safe_indexing(x, np.random.default_rng(0).permutation(len(x))[:DENSITY_ROWS])

    found = evidence(model.score_samples(x), levels_in(model))

    return {f"{score_prefix(model)}{name}": value for name, value in found.items()}
