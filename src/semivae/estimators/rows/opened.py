r"""The rows and the target of a fit from any source: judged, coded and, if in files, ingested."""

from __future__ import annotations

__all__ = ["apart", "opened"]

from collections.abc import Collection
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import _safe_indexing

from semivae.data.codecs.frame import is_frame, pandas_frame
from semivae.data.in_memory import InMemory
from semivae.data.labels.markers import as_column
from semivae.data.labels.table import FoundTargets, Wanted, find_targets, target_frame
from semivae.data.source import Source
from semivae.data.stream.cache import ingested
from semivae.data.stream.rows import Ingested, Stream
from semivae.errors import DataError, SettingError
from semivae.estimators.parameters import Parameters
from semivae.estimators.rows.inputs import selection_of
from semivae.estimators.rows.target import Target, require_target
from semivae.variables import Variable


def opened(
    estimator: Parameters, X: Any, y: Any = None, wanted: Wanted = "none", real: Collection[str] = ()
) -> tuple[Source | Ingested, Target | None]:
    r"""Returns the rows and the target of a fit; None if it has no target.

    Arguments:
        estimator: The estimator to be fitted.
        X: The rows, or a source of rows with their targets.
        y: The target, unless the rows are a source.
        wanted: The kind of target to learn: "category", "real", "any" for a table of targets, or "none".
        real: The names of targets that are real values even where they look like classes.

    Raises:
        DataError: If the rows or the target cannot be used.
        SettingError: If the estimator would hold out rows of a stream.
    """

    source = source_of(estimator, X, y, wanted)
    marker = None if wanted == "none" else estimator.missing_label

    if isinstance(source, Stream):
        refuse_early_stop(estimator)
        rows = ingested(source, wanted, marker, selection_of(estimator), real)
        labeled, unlabeled = len(rows.split.labeled), len(rows.split.unlabeled)

        return rows, Target(variable_of(rows.targets, wanted), counts_of(rows.targets, wanted), labeled, unlabeled)

    if wanted == "none":
        return source, None

    targets = find_targets(source, wanted, marker, real)

    return source, Target.of(variable_of(targets, wanted), targets.points)


def variable_of(targets: FoundTargets, wanted: Wanted) -> Variable | None:
    """Returns the target as a model sees it: several are parts of one variable."""

    if not targets.columns:
        return None

    return targets.table if wanted == "any" else targets.single


def counts_of(targets: FoundTargets, wanted: Wanted) -> list[Any]:
    """Returns the labels per class; for several targets, a list for each with classes."""

    counts = [list(found.counts) for found in targets.columns.values() if found.counts]

    return counts if wanted == "any" else next(iter(counts), [])


def source_of(estimator: BaseEstimator, X: Any, y: Any, wanted: Wanted) -> Source:
    r"""Returns rows with their target.

    Raises:
        DataError: If the target is missing, or given beside a source that has it.
    """

    name = type(estimator).__name__

    if not isinstance(X, Source):
        read = target_frame if wanted == "any" else as_column

        return InMemory(X, None if wanted == "none" else require_target(estimator, X, y, read))

    if wanted == "none":
        return X

    if y is not None:
        raise DataError(
            "y was given beside a stream",
            "a stream reads its labels from files",
            "semivae.stream(path, target='NAME'), or semivae.stream(path, target='NAME', labels='FILE'); fit(stream)",
        )

    if not X.targets:
        raise DataError("the stream has no target", f"{name} learns from one", "semivae.stream(path, target='NAME')")

    if len(X.targets) > 1 and wanted != "any":
        raise DataError(f"there are {len(X.targets)} targets", f"{name} learns from one", "use VAEPredictor")

    return X


def refuse_early_stop(estimator: Parameters) -> None:
    """Refuses to hold out rows of a stream."""

    if estimator._options("training").early_stopping not in ("auto", False):
        raise SettingError(
            "early_stopping=True", "no rows of a stream are held out", "early_stopping=False, and fewer epochs"
        )


def apart(X: Any, y: Any, outliers: Any) -> tuple[Any, Any, Any]:
    r"""Takes known outliers out of the rows of a fit.

    Arguments:
        X: The rows.
        y: Their target, or None.
        outliers: Marks the rows that are outliers, with shape (N,); None without any.

    Returns:
        The other rows, their target, and the outliers (None without any).

    Raises:
        DataError: If there is not one mark a row.
        SettingError: If the rows are a stream.
    """

    if outliers is None:
        return X, y, None

    if isinstance(X, Source):
        raise SettingError(
            "outliers=... with a stream",
            "outliers are marked in memory",
            "fit(X), then learn_outliers(X_odd, X_normal)",
        )

    source, marks = InMemory(X, y), np.asarray(outliers)

    if marks.shape != (len(source),) or not np.isin(marks, (0, 1)).all():
        raise DataError(
            f"outliers of shape {marks.shape} for {len(source)} rows",
            "one mark a row: True for an outlier, False for any other row",
            "outliers=np.isin(np.arange(len(X)), positions)",
        )

    rest, odd = (np.flatnonzero(marks == mark) for mark in (0, 1))
    target = pandas_frame(y) if is_frame(y) else y

    return (
        _safe_indexing(source.held, rest),
        None if y is None else _safe_indexing(target, rest),
        _safe_indexing(source.held, odd),
    )
