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
from semivae.estimators.state import State
from semivae.ranks import ALONE, launched


def loaders(estimator: State, x: Any, target: Any) -> tuple[Steps, Steps | None]:
    r"""Returns the rows to train on, and those held out for an early stop, if there are any.

    Arguments:
        estimator: The estimator that is being fitted.
        x: The rows in the units of a model, or where they are on disk.
        target: Their target.
    """

    if isinstance(x, Ingested):
        return StreamLoader(x.split, len(x.counts), **steps(estimator, len(x))), None

    if not stops_early(estimator, len(x)):
        return in_memory(estimator, x, target, np.arange(len(x))), None

    train, held = hold_out(target.codes, estimator.validation_share, estimator.seed_)

    # Of a handful of rows none can be spared.
    return in_memory(estimator, x, target, train), in_memory(estimator, x, target, held) if len(held) else None


def in_memory(estimator: State, x: NDArray[Any], target: Target, part: NDArray[Any]) -> Loader:
    """Returns the loader of some of the rows in memory."""

    labeled = part[target.known[part]]
    where = place("cpu" if several(estimator) else estimator.device, 4 * x.size)

    return Loader(
        torch.as_tensor(x, dtype=torch.float32, device=where),
        torch.as_tensor(target.points[labeled], dtype=torch.float32, device=where),
        torch.as_tensor(labeled, device=where),
        torch.as_tensor(part[~target.known[part]], device=where),
        **steps(estimator, len(x)),
    )


def steps(estimator: State, rows: int) -> dict[str, Any]:
    """Returns how rows are dealt out, wherever they are: what all loaders share."""

    return {
        "batch_size": batch_for(estimator.batch_size, rows),
        "labeled_batch": estimator.labeled_batch,
        "seed": estimator.seed_,
        "ranks": launched() if several(estimator) else ALONE,
    }
