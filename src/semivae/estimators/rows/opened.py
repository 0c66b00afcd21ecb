r"""The rows and the target of a fit from any source: judged, coded and, if in files, ingested."""

from __future__ import annotations

__all__ = ["opened"]

from collections.abc import Collection
from typing import Any

from sklearn.base import BaseEstimator

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
