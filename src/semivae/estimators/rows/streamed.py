r"""Estimators on rows larger than memory: fitted from their encoded form on disk, and applied a block at a time."""

from __future__ import annotations

__all__ = ["StreamTarget", "by_block", "open_stream", "sample_stream"]

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.labels.single import ClassLabels
from semivae.data.stream.cache import ingested
from semivae.data.stream.rows import Ingested, Stream
from semivae.data.stream.survey import Survey
from semivae.errors import DataError, SettingError
from semivae.estimators.rows.inputs import selection_of
from semivae.variables import Variable


@dataclass(frozen=True)
class StreamTarget:
    r"""The target of rows on disk, of which no label is in memory.

    Attributes:
        variable: What it is, or :py:`None` where there is no target.
        counts: How many labels each class has; empty for a target that is no class.
        labeled: The number of labeled rows.
        unlabeled: The number of other rows.
    """

    variable: Variable | None
    counts: list[int]
    labeled: int
    unlabeled: int


def open_stream(
    estimator: Any, stream: Stream, y: Any = None, kind: str = "none", missing_label: Any = None
) -> tuple[Ingested, StreamTarget]:
    r"""Returns the encoded rows of a stream and their target.

    Arguments:
        estimator: The estimator that is to be fitted.
        stream: The rows.
        y: What was given as the target, which has to be in the files.
        kind: What the estimator learns: "category", "real" or "none".
        missing_label: The value, or list of values, that means unlabeled.

    Raises:
        DataError: If a target was given beside the stream, or the stream has none.
        SettingError: If the estimator would hold out rows.
    """

    if y is not None:
        raise DataError(
            "y was given beside a stream",
            "the labels of a stream are in its files",
            "semivae.stream(path, target='NAME'), or semivae.stream(path, target='NAME', labels='FILE'); fit(stream)",
        )

    if kind != "none" and stream.target is None:
        raise DataError(
            "the stream has no target",
            f"{type(estimator).__name__} learns from one",
            f"semivae.stream({str(stream.path)!r}, target='NAME')",
        )

    if estimator.early_stopping not in ("auto", False):
        raise SettingError(
            "early_stopping=True", "no rows of a stream are held out", "early_stopping=False, and fewer epochs"
        )

    rows = ingested(stream, kind, missing_label, selection_of(estimator))
    variable = None if rows.labels is None else rows.labels.variable

    return rows, StreamTarget(variable, rows.counts, len(rows.split.labeled), len(rows.split.unlabeled))


def sample_stream(
    estimator: Any, stream: Stream, labeled: int, unlabeled: int, seed: int
) -> tuple[Any, NDArray[Any] | None]:
    r"""Draws rows of the stream that an estimator was fitted on.

    Arguments:
        estimator: The fitted estimator.
        stream: The rows.
        labeled: How many labeled rows, at most.
        unlabeled: How many other rows, at most.
        seed: What they are drawn from.

    Returns:
        The rows in the units of the user, precise to float32; and their labels, None or NaN where there is none, or
        None without a target. Columns that are not modeled hold the number of the row, and dates are in their parts.
    """

    target = estimator.schema_.y
    kind = "none" if target is None else target.kind
    markers = estimator.missing_label if target else None
    found = ingested(stream, kind, markers, selection_of(estimator))
    labels, split, random = found.labels, found.split, Random(seed)

    known = random.sample(range(len(split.labeled)), min(labeled, len(split.labeled)))
    unknown = random.sample(range(len(split.unlabeled)), min(unlabeled, len(split.unlabeled)))
    x = found.survey.codec.decode(np.concatenate([split.labeled.take(known), split.unlabeled.take(unknown)]))

    if isinstance(x, pd.DataFrame):
        text = [f"row {row}" for row in range(len(x))]
        x = x.assign(**{name: text for name in estimator.schema_.left_out})[columns_of(found.survey)]

    if labels is None:
        return x, None

    points = split.labels.take(known)[:, 0]

    if isinstance(labels, ClassLabels):
        return x, labels.decode(np.r_[points.astype(np.int64), np.full(len(unknown), -1)])

    return x, labels.decode(np.r_[points, np.full(len(unknown), np.nan)])


def columns_of(survey: Survey) -> list[str]:
    """Returns the columns of a stream in their order, dates as their parts."""

    variables: dict[str, list[str]] = {name: [] for name in survey.names}

    for variable in survey.codec.variables:
        variables[variable.source].append(variable.name)

    return [part for name, parts in variables.items() for part in parts or [name]]


def by_block(method: Callable[..., Any]) -> Callable[..., Any]:
    r"""Lets a method of rows take a stream, too.

    Arguments:
        method: Maps rows to an array, or to several, with one entry a row.

    Returns:
        The method, which goes through a stream a block at a time and holds nothing but its results.
    """

    @wraps(method)
    def apply(self: Any, X: Any, *arguments: Any, **options: Any) -> Any:
        if not isinstance(X, Stream):
            return method(self, X, *arguments, **options)

        parts = [method(self, block, *arguments, **options) for block in X.rows()]

        return (
            tuple(map(np.concatenate, zip(*parts, strict=True)))
            if isinstance(parts[0], tuple)
            else np.concatenate(parts)
        )

    return apply
