r"""Estimators on rows larger than memory: fitted from encoded rows on disk, applied block by block."""

from __future__ import annotations

__all__ = ["by_block", "sample_stream"]

from collections.abc import Callable
from functools import wraps
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from semivae.data.codecs.batches import batches_in, with_batches
from semivae.data.labels.table import Wanted, decoded
from semivae.data.stream.cache import ingested
from semivae.data.stream.rows import Ingested, Stream
from semivae.data.survey import Survey
from semivae.estimators.rows.inputs import selection_of
from semivae.fitted import Fitted


def sample_stream(estimator: Fitted, stream: Stream, labeled: int, unlabeled: int, seed: int) -> tuple[Any, Any]:
    r"""Draws rows of the stream that an estimator was fitted on.

    Arguments:
        estimator: The fitted estimator.
        stream: The rows.
        labeled: The largest number of labeled rows.
        unlabeled: The largest number of other rows.
        seed: The random seed.

    Returns:
        The rows in the units of the user, precise to float32; and their labels (a frame of several), None or NaN where
        there is none, or None without a target. Columns that are not modeled hold the number of the row, and dates
        are in their parts.
    """

    found = ingested_by(estimator, stream)
    labels, split, random = found.targets.labels, found.split, Random(seed)

    known = random.sample(range(len(split.labeled)), min(labeled, len(split.labeled)))
    unknown = random.sample(range(len(split.unlabeled)), min(unlabeled, len(split.unlabeled)))
    codec = found.survey.codec
    values = np.concatenate([split.labeled.take(known), split.unlabeled.take(unknown)])
    x, row = codec.decode(values), codec.variables[0]

    if row.batches:
        x = with_batches(x, batches_in(values, row), row, codec.numbers)

    if isinstance(x, pd.DataFrame):
        text = [f"row {row}" for row in range(len(x))]
        x = x.assign(**{name: text for name in estimator.schema_.left_out})[columns_of(found.survey)]

    if not labels.labels:
        return x, None

    points = split.labels.take(known).astype(np.float64)
    points = np.concatenate([points, np.full((len(unknown), points.shape[1]), np.nan)])

    if estimator.schema_.target.parts:
        return x, labels.decode(points)

    (only,) = labels.labels.values()

    return x, decoded(only, points[:, 0])


def ingested_by(estimator: Fitted, stream: Stream) -> Ingested:
    """Returns the encoded rows that an estimator was fitted on."""

    y, selection = estimator.schema_.y, selection_of(estimator)

    if y is None:
        return ingested(stream, "none", None, selection)

    wanted: Wanted = "any" if y.parts else "category" if y.classes else "real"
    real = [part.name for part in y.parts if not part.classes]

    return ingested(stream, wanted, estimator.get_params()["missing_label"], selection, real)


def columns_of(survey: Survey) -> list[str]:
    """Returns the columns of a stream in their order, dates as their parts."""

    variables: dict[str, list[str]] = {name: [] for name in survey.names}

    for variable in survey.codec.variables:
        variables[variable.source].append(variable.name)

    return [part for name, parts in variables.items() for part in parts or [name]]


def by_block(method: Callable[..., Any]) -> Callable[..., Any]:
    r"""Lets a method of rows accept a stream, too.

    Arguments:
        method: Maps rows to an array, or to several, with one entry a row.

    Returns:
        The method, which reads a stream block by block and holds only its results.
    """

    @wraps(method)
    def apply(self: Any, X: Any, *arguments: Any, **options: Any) -> Any:
        from semivae.engine.device import threads
        from semivae.estimators.plan.machine import wide

        # As in training, threads would wait for each other at every product of a narrow network.
        narrow = hasattr(self, "plan_") and not wide(self.plan_.hidden)

        with threads(1 if narrow else None):
            if not isinstance(X, Stream):
                return method(self, X, *arguments, **options)

            parts = [method(self, block, *arguments, **options) for block in X.rows()]

        if not isinstance(parts[0], tuple):
            return np.concatenate(parts)

        named = getattr(type(parts[0]), "_make", tuple)

        return named(map(np.concatenate, zip(*parts, strict=True)))

    return apply
