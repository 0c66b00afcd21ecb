r"""Samples rows of a stream where rows must be in memory: for the comparison and the figures."""

from __future__ import annotations

__all__ = ["effort_on", "sample_of"]

import dataclasses
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semivae.fitted import Trained
    from semivae.trust import Effort
    from semivae.workflows.prepare import Job

LABELED, UNLABELED = 5_000, 20_000


def sample_of(job: Job, seed: int) -> Job:
    r"""Returns a fitted job on rows in memory; a job that has them already is unchanged.

    The rows are all labeled rows up to 5,000, and up to 20,000 others.

    Arguments:
        job: The job, after the fit.
        seed: The seed of the draw.
    """

    from semivae.data.in_memory import InMemory
    from semivae.data.stream.rows import Stream
    from semivae.estimators.rows.streamed import sample_stream

    if not isinstance(job.source, Stream):
        return job

    x, y = sample_stream(job.estimator, job.source, LABELED, UNLABELED, seed)

    return dataclasses.replace(job, source=InMemory(x, y, job.source.name))


def effort_on(fitted: Trained, rows: int) -> Effort:
    r"""Returns the effort of a fit on fewer rows with as many steps as the estimator's fit.

    Arguments:
        fitted: The estimator.
        rows: The number of rows.
    """

    from semivae.estimators.plan.rows import MOST_EPOCHS, batch_for
    from semivae.trust import Effort

    effort = Effort.of(fitted)

    if rows == fitted.n_labeled_ + fitted.n_unlabeled_:
        return effort

    steps = math.ceil(rows / batch_for(fitted.get_params()["batch_size"], rows))
    epochs = max(1, min(MOST_EPOCHS, effort.steps // steps))
    share = min(1.0, epochs * steps / effort.steps)

    return dataclasses.replace(effort, epochs=epochs, seconds=effort.seconds * share)
