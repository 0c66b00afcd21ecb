r"""The main job on real digits: few labels, many unlabeled rows, and simpler methods on the same labels."""

from __future__ import annotations

__all__ = ["LABELS", "MODEL", "Outcome", "demonstrate"]

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.workflows.fit import compare_beside, train
from semivae.workflows.inputs.task import Task
from semivae.workflows.inputs.wishes import Wishes
from semivae.workflows.prepare import Job, prepare

if TYPE_CHECKING:
    from semivae.data.in_memory import InMemory
    from semivae.trust import Verdict
    from semivae.trust.rivals import Rival

LOG = logging.getLogger(__name__)

LABELS = 50
CLASSES = 10
MODEL = "semivae (this model)"

# How long the comparison on the given labels may take (a shorter one would not be spread over processes, and so take
# longer), and about how long a fit does.
SECONDS = 10.0
FIT_SECONDS = 10.0


@dataclass(frozen=True)
class Outcome:
    r"""The outcome of a demonstration.

    Attributes:
        job: The job of the first draw of the labels.
        accuracies: The test accuracy in each draw, by the name of the method.
        verdict: The comparison on the labels of the first draw alone.
        halves: The scorecard of the first draw.
    """

    job: Job
    accuracies: dict[str, list[float]]
    verdict: Verdict | None
    halves: dict[str, Any]


def demonstrate(draws: int, settings: Sequence[str] = ()) -> Outcome:
    r"""Fits digits with some draws of 50 labels, and measures the model and simpler methods on 400 other rows.

    Arguments:
        draws: The number of draws.
        settings: Settings of the estimator, as name=value.
    """

    from semivae.data.read import read
    from semivae.trust import end_processes, side_by_side, workers

    start = time.perf_counter()
    test = read("digits", "label", "test")
    processes = workers(draws, draws * FIT_SECONDS, test.x.nbytes)
    calls: list[tuple[Any, ...]] = [(seed, list(settings), test) for seed in range(draws)]
    jobs: list[Job] = []
    accuracies: dict[str, list[float]] = {}
    verdict = None

    for job, found in side_by_side(draw, calls, processes):
        jobs.append(job)

        for name, accuracy in found.items():
            accuracies.setdefault(name, []).append(accuracy)

        so_far = time.perf_counter() - start
        LOG.info(f"draw {len(jobs)} of {draws}: test accuracy {found[MODEL]:.3f} ({so_far:.0f} s so far)")

        # The last draw may leave a process without work, which the comparison has.
        if len(jobs) == max(1, draws - 1):
            verdict = compare_beside(jobs[0], seed=0, seconds=SECONDS)

    end_processes()

    return Outcome(jobs[0], accuracies, verdict, halves_of(jobs[0], test))


def draw(seed: int, settings: list[str], test: InMemory) -> tuple[Job, dict[str, float]]:
    """Fits with one draw of the labels; returns the job, and the test accuracies of the model and of its rivals."""

    wishes = Wishes(
        data="digits",
        targets=["label"],
        split="train",
        model="auto",
        task=Task.CLASS,
        labels=None,
        seed=seed,
        settings=settings,
        missing_label=None,
        labels_per_class=LABELS // CLASSES,
    )
    job = prepare(wishes)
    train(job)

    return job, accuracies_of(job, test)


def halves_of(job: Job, test: InMemory) -> dict[str, Any]:
    """Returns the scorecard of a draw: predictions, generator and latent, with all labels of the set to judge by."""

    from semivae.data.read import read
    from semivae.estimators.rows.target import encoded
    from semivae.evaluation import Exam, scorecard
    from semivae.fitted import Classifier

    estimator, rows = job.estimator, read("digits", "label", "train")
    assert isinstance(estimator, Classifier)
    given = encoded(estimator, job.source.y) >= 0
    y, truth = (np.asarray(part.y) for part in (rows, test))

    return scorecard(estimator, Exam(estimator.schema_, rows.x, y, given, test.x, truth))


def accuracies_of(job: Job, test: InMemory) -> dict[str, float]:
    """Returns the test accuracies of the model and of its rivals, which get the same labels and unlabeled rows."""

    from semivae.estimators.rows.target import encoded
    from semivae.fitted import Classifier

    estimator = job.estimator
    assert isinstance(estimator, Classifier)
    features, new = estimator.features(job.source.x), estimator.features(test.x)
    y, truth = encoded(estimator, job.source.y), encoded(estimator, test.y)

    found = {MODEL: estimator.score(test.x, test.y)}

    for rival in simpler():
        found[rival.name] = float((rival.predict(features, y, y >= 0, new) == truth).mean())

    return found


def simpler() -> list[Rival]:
    """Returns the rivals of the comparison, and two more that the same person might take."""

    from sklearn.linear_model import LogisticRegression
    from sklearn.semi_supervised import SelfTrainingClassifier
    from sklearn.svm import SVC

    from semivae.trust.rivals import Rival, rivals

    return [
        *rivals(classes=True, labels=LABELS),
        Rival("support vectors", SVC(C=10)),
        Rival("self-training", SelfTrainingClassifier(LogisticRegression(max_iter=500)), unlabeled=True),
    ]
