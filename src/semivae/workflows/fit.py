r"""The life of a job: trained, compared and calibrated, described, saved with its figures."""

from __future__ import annotations

__all__ = ["compare", "compare_beside", "describe", "save", "train"]

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import HealthWarning
from semivae.workflows.draw import pictures
from semivae.workflows.inputs.sampled import effort_on
from semivae.workflows.judge import calibrate, judge
from semivae.workflows.plain import ready

if TYPE_CHECKING:
    from semivae.engine import Callback
    from semivae.trust import Verdict
    from semivae.workflows.prepare import Job


def train(job: Job, callbacks: Sequence[Callback] = ()) -> None:
    r"""Fits the estimator of a job. Faults of its health do not draw a warning: they are among its facts.

    Arguments:
        job: The job.
        callbacks: Callbacks that see every epoch, where the estimator has epochs.
    """

    from semivae.fitted import Trained

    estimator = job.estimator

    if callbacks and "callbacks" in estimator.get_params():
        estimator.set_params(callbacks=list(callbacks))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HealthWarning)
        estimator.fit(job.source, **({} if job.held_out is None else {"held_out": job.held_out}))

    if job.outliers is not None and isinstance(estimator, Trained):
        estimator.learn_outliers(job.outliers, job.source.held)


def compare(job: Job, seed: int, seconds: float | None = None, calibrated: bool = True) -> Verdict | None:
    """Compares a trained job, as :func:`compare_beside` does, and ends the processes that fitted."""

    from semivae.trust import end_processes

    verdict = compare_beside(job, seed, seconds, calibrated)
    end_processes()

    return verdict


def compare_beside(job: Job, seed: int, seconds: float | None = None, calibrated: bool = True) -> Verdict | None:
    r"""Compares a trained job with simpler methods on the same labels, and calibrates its estimator.

    Other fits may go on in the processes meanwhile.

    Arguments:
        job: The job, with rows in memory (:func:`sample_of`). Only a single target is compared, and only if the fit
            was not stopped by hand.
        seed: The seed of the folds.
        seconds: About how long it may take; None for about a minute.
        calibrated: Whether the estimator is calibrated by the labels that were held out.

    Returns:
        The verdict; None if there is no comparison.
    """

    from semivae.fitted import Classifier, Regressor

    estimator, source = job.estimator, job.source

    if not isinstance(estimator, Classifier | Regressor) or estimator.stopped_ == "interrupted":
        return None

    verdict = judge(estimator, source.held, source.y, seed, seconds, effort_on(estimator, len(source)))

    if calibrated:
        calibrate(estimator, source.y, verdict)

    return verdict


def describe(job: Job, targets: Sequence[str]) -> dict[str, Any]:
    r"""Describes a trained job as plain values.

    Arguments:
        job: The job.
        targets: The names of its targets; several are described as a list.
    """

    from semivae.fitted import Trained

    estimator, rows = job.estimator, len(job.source)
    history = estimator.history_
    target = targets[0] if len(targets) == 1 else list(targets) or None

    return {
        "estimator": type(estimator).__name__,
        "model": estimator.model_name_,
        "task": job.task and str(job.task),
        "data": {"name": job.source.name, "rows": rows, "target": target},
        "labeled": getattr(estimator, "n_labeled_", 0),
        "unlabeled": getattr(estimator, "n_unlabeled_", rows),
        "held_out": getattr(estimator, "n_held_out_", 0),
        "epochs": len(history) if "epoch" in history else None,
        "seconds": round(float(history["seconds"].to_numpy().max()), 2)
        if "seconds" in history and len(history)
        else None,
        "stopped": getattr(estimator, "stopped_", "done"),
        "health": estimator.health_.to_json() if isinstance(estimator, Trained) else None,
    }


def save(
    job: Job,
    folder: Path,
    facts: dict[str, Any],
    verdict: Verdict | None,
    seed: int,
    overwrite: bool = False,
    figures: bool = True,
    extra: Mapping[str, bytes] | None = None,
) -> None:
    r"""Saves a trained job with its figures, its facts and its verdict, in one step.

    Arguments:
        job: The job, with rows in memory (:func:`sample_of`).
        folder: The folder.
        facts: The facts, as :func:`describe` returns them.
        verdict: The verdict, if there is one.
        seed: The seed of the rows in the figures.
        overwrite: Whether a saved model there may be replaced.
        figures: Whether to draw figures.
        extra: The contents of other files by their path in the folder, such as a report.

    Raises:
        StoreError: If the folder cannot be written.
    """

    from semivae.estimators.disk.save import save

    metrics = facts | ({"comparison": verdict.to_json()} if verdict else {})
    drawn = pictures(job.estimator, job.source.held, job.source.y, seed) if figures else {}

    save(job.estimator, folder, overwrite, metrics=ready(metrics), extra={**drawn, **(extra or {})})
