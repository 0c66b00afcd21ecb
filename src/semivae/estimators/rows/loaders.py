r"""The loaders of a fit: of rows in memory, of those held out among them, or of rows on disk."""

from __future__ import annotations

__all__ = ["loaders"]

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from semivae.data.batches.loader import Loader
from semivae.data.batches.split import hold_out
from semivae.data.batches.steps import Steps
from semivae.data.batches.stream_loader import StreamLoader
from semivae.data.stream.rows import Ingested
from semivae.engine import place
from semivae.estimators.rows.target import Target
from semivae.estimators.run import batch_for, several, stops_early
from semivae.ranks import ALONE, launched


def loaders(estimator: Any, x: Any, target: Target) -> tuple[Steps, Steps | None]:
    r"""Returns the rows to train on, and those held out for an early stop, if there are any.

    Arguments:
        estimator: The estimator that is being fitted.
        x: The rows in the units of a model, or where they are on disk.
        target: Their target.
    """

    if isinstance(x, Ingested):
        return StreamLoader(x.split, classes_of(target), **steps(estimator, len(x))), None

    if not stops_early(estimator, len(x)):
        return in_memory(estimator, x, target, np.arange(len(x))), None

    train, held = hold_out(target.codes, estimator.settings_["validation_share"], estimator.seed_)

    # Of a handful of rows none can be spared.
    return in_memory(estimator, x, target, train), in_memory(estimator, x, target, held) if len(held) else None


def in_memory(estimator: Any, x: NDArray[Any], target: Target, part: NDArray[Any]) -> Loader:
    """Returns the loader of some of the rows in memory."""

    labeled = part[target.mask[part]]
    where = place("cpu" if several(estimator) else estimator.device, 4 * x.size)

    return Loader(
        torch.as_tensor(x, dtype=torch.float32, device=where),
        torch.as_tensor(target.label_points(labeled), dtype=torch.float32, device=where),
        torch.as_tensor(labeled, device=where),
        torch.as_tensor(part[~target.mask[part]], device=where),
        **steps(estimator, len(x)),
    )


def classes_of(target: Target) -> int:
    """Returns the number of classes of a single target; 0 for a number, several targets or none."""

    return 0 if target.variable is None else len(target.variable.classes)


def steps(estimator: Any, rows: int) -> dict[str, Any]:
    """Returns how rows are dealt out, wherever they are: what all loaders share."""

    return {
        "batch_size": batch_for(estimator.batch_size, rows),
        "labeled_batch": estimator.settings_["labeled_batch"],
        "seed": estimator.seed_,
        "ranks": launched() if several(estimator) else ALONE,
    }
