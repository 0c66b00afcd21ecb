r"""The rows that stand for a stream where rows must be in memory: in the comparison and in the figures."""

from __future__ import annotations

__all__ = ["as_if_on", "sample_of"]

import copy
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semivae.workflows.prepare import Job

LABELED, UNLABELED = 5_000, 20_000


def sample_of(job: Job, seed: int) -> Job:
    r"""Returns a fitted job on rows in memory; one that has them there as it is.

    The rows are all labeled ones up to 5,000, and up to 20,000 others.

    Arguments:
        job: The job, after the fit.
        seed: What the rows are drawn from.
    """

    from semivae.data.in_memory import InMemory
    from semivae.data.stream.rows import Stream
    from semivae.estimators.rows.streamed import sample_stream

    if not isinstance(job.source, Stream):
        return job

    x, y = sample_stream(job.estimator, job.source, LABELED, UNLABELED, seed)

    return replace(job, source=InMemory(x, y, job.source.name))


def as_if_on(estimator: Any, rows: int) -> Any:
    r"""Returns a fitted estimator as if its steps had been taken over fewer rows, so that fits on them get as many.

    Arguments:
        estimator: The estimator.
        rows: The number of rows; the estimator itself is returned if it was fitted on as many.
    """

    import numpy as np
    import pandas as pd

    from semivae.estimators.plan.rows import MOST_EPOCHS, batch_for

    if rows == estimator.n_labeled_ + estimator.n_unlabeled_:
        return estimator

    steps = math.ceil(rows / batch_for(estimator.batch_size, rows))
    epochs = max(1, min(MOST_EPOCHS, estimator.n_steps_ // steps))
    seconds = float(estimator.history_["seconds"].iloc[-1]) * min(1.0, epochs * steps / estimator.n_steps_)

    twin = copy.copy(estimator)
    twin.history_ = pd.DataFrame({"epoch": range(1, epochs + 1), "seconds": np.linspace(0, seconds, epochs + 1)[1:]})

    return twin
