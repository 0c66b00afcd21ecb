r"""`semivae evaluate`: how good a saved model is on labeled rows that it has not seen."""

from __future__ import annotations

__all__ = ["evaluate"]

from typing import Annotated, Any

import typer

from semivae.cli.options import Data, Json, LabelsFrom, Model, NoHeader, TargetName
from semivae.cli.screen import emit, number, put, say, table

# The log-density costs a pass per draw and class, and a mean over so many rows is known to its standard error.
DENSITY_ROWS = 2000


def evaluate(
    model: Model,
    data: Data,
    target: TargetName = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    split: Annotated[str, typer.Option(help="Which rows of a named set: train, test or all.")] = "test",
    json: Json = False,
) -> None:
    """Measure a saved model on labeled rows. Unlabeled rows are not scored.

    The log-likelihood per row is a lower bound, from at most 2,000 of the rows.
    """

    from semivae.estimators import load
    from semivae.workflows.rows import is_several, read_labeled, read_rows

    estimator = load(model)
    labeled = estimator.schema_.y is not None or target is not None or labels_from is not None

    measured: dict[str, Any]

    if labeled:
        source = read_labeled(estimator, data, target, split, not no_header, labels_from)
        x, measured = (known_in_part if is_several(estimator) else known)(estimator, source.x, source.y)
    else:
        source = read_rows(estimator, data, split, not no_header)
        x, measured = source.x, {"n": len(source)}

    measured |= density(estimator, x)

    if json:
        emit({"model": model, "data": source.name, "split": split, **measured})
    else:
        measured.pop("unlabeled", None)  # these were told of, and are not measured
        put(f"{model} on {source.name}: {number(measured.pop('n'))} rows\n")
        parts: dict[str, dict[str, Any]] = measured.pop("targets", {})
        lines = [(f"{name}: {measure}", value) for name, part in parts.items() for measure, value in part.items()]
        table(["measure", ">value"], [*lines, *measured.items()])


def known(estimator: Any, x: Any, y: Any) -> tuple[Any, dict[str, Any]]:
    """Returns the labeled rows, and how well their labels are predicted."""

    from semivae.estimators.rows.target import known_rows
    from semivae.workflows.task import encoded

    total = len(x)
    x, y, _ = known_rows(x, y, None, estimator._markers)
    measured = {"n": len(x), "unlabeled": total - len(x)}

    if measured["unlabeled"]:
        say(f"{measured['unlabeled']:,} of {total:,} rows have no label and are not scored.")

    if estimator.schema_.y.classes:
        encoded(estimator, y)  # refuses classes that the fit had not

        return x, measured | classes(estimator, x, y)

    return x, measured | values(estimator, x, y)


def known_in_part(estimator: Any, x: Any, y: Any) -> tuple[Any, dict[str, Any]]:
    """Returns all rows, and how well each of several targets is predicted where it is known."""

    from semivae.workflows.several import evaluated

    return x, {"n": len(x), "targets": evaluated(estimator, x, y)}


def classes(estimator: Any, x: Any, y: Any) -> dict[str, Any]:
    """Returns how well classes are predicted."""

    from semivae.evaluation import classification

    return classification(y, estimator.predict_proba(x), estimator.classes_)


def values(estimator: Any, x: Any, y: Any) -> dict[str, Any]:
    """Returns how well real values are predicted."""

    import numpy as np

    from semivae.evaluation import regression

    return regression(np.asarray(y, dtype=float), estimator.predict(x), *estimator.predict_interval(x))


def density(estimator: Any, x: Any) -> dict[str, Any]:
    """Returns the mean log-density of some of the rows, or of their reconstructions where a model has no density."""

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.evaluation import evidence
    from semivae.workflows.rows import has_density

    if len(x) > DENSITY_ROWS:
        x = _safe_indexing(x, np.random.default_rng(0).permutation(len(x))[:DENSITY_ROWS])

    prefix = "" if has_density(estimator) else "reconstruction_"

    return {f"{prefix}{name}": value for name, value in evidence(estimator.score_samples(x)).items()}
