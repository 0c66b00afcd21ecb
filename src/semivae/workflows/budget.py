r"""The accuracy that more labels would bring to a saved model."""

from __future__ import annotations

__all__ = ["budget", "budget_of"]

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import DataError, SettingError
from semivae.workflows.inputs.rows import read_labeled

if TYPE_CHECKING:
    from semivae.fitted import Classifier, Regressor, Saved
    from semivae.trust.budget import Budget

LOG = logging.getLogger(__name__)

# Fewer labels measure nothing: a quarter of them teaches the smallest fits.
FEWEST = 20

# Seconds between two messages about the time left.
SECONDS_BETWEEN = 5.0


def budget(
    model: Saved,
    data: str,
    target: str | None = None,
    split: str = "train",
    header: bool = True,
    labels_from: Path | None = None,
    labels: int | None = None,
    seed: int = 0,
) -> Budget:
    r"""Measures a saved model on subsets of labels, and forecasts its error with more of them.

    Arguments:
        model: The model.
        data: The rows of its fit: a file, or the name of a set.
        target: The column of the labels; the target of the model if not given.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the labels.
        labels: Keep this many labels, drawn as a fit draws them; all if not given.
        seed: The seed of all draws.

    Raises:
        DataError: If the rows cannot be read, or fewer than 20 are labeled.
        SettingError: If the model has no target, or several.
    """

    from semivae.data.batches.split import keep_labels, keep_values
    from semivae.estimators.rows.target import encoded
    from semivae.fitted import Classifier, Regressor

    if not isinstance(model, Classifier | Regressor):
        raise SettingError(
            "the model has no target, or several", "the curve is that of one class or number", "fit one target"
        )

    source = read_labeled(model, data, target, split, header, labels_from)
    y = encoded(model, source.y)

    if labels is not None:
        keep = (keep_values if y.dtype.kind == "f" else keep_labels)(y, labels, seed)
        y[~keep] = float("nan") if y.dtype.kind == "f" else -1

    return budget_of(model, source.x, y, seed)


def budget_of(
    model: Classifier | Regressor, x: Any, y: Any, seed: int = 0, told: Callable[[int, int], None] | None = None
) -> Budget:
    r"""Measures an estimator on subsets of labels, and forecasts its error with more of them.

    Arguments:
        model: The fitted estimator.
        x: The rows of its fit.
        y: Their codes (-1 where unlabeled) or values (NaN where unlabeled), with shape (N,).
        seed: The seed of all draws.
        told: Gets the number of fits that are done and of all fits, in place of the log. What it raises ends them.

    Raises:
        DataError: If fewer than 20 rows are labeled.
    """

    import numpy as np

    from semivae.estimators.subsets import losses_of_subsets
    from semivae.findings import known
    from semivae.trust.budget import budget as forecast
    from semivae.trust.budget import subsets

    given = y[known(y)]

    if len(given) < FEWEST:
        raise DataError(f"{len(given)} rows are labeled", f"a learning curve needs {FEWEST} labels", "label more rows")

    parts = subsets(given, seed)
    losses, told = [], told or log_of()

    for done, found in enumerate(losses_of_subsets(model, x, y, parts), 1):
        losses.append(found)
        told(done, len(parts))

    sizes = np.array([len(train) for train, _ in parts])

    return forecast(sizes, np.stack(losses), given.dtype.kind != "f", seed)


def log_of() -> Callable[[int, int], None]:
    """Returns a function that logs, now and then, how many fits are done and the time that is left."""

    start = last = time.monotonic()

    def told(done: int, count: int) -> None:
        nonlocal last

        if (now := time.monotonic()) - last > SECONDS_BETWEEN and done < count:
            last = now
            left = (now - start) / done * (count - done)
            LOG.info(f"measuring: {done} of {count} fits done, about {left:.0f} s left")

    return told
