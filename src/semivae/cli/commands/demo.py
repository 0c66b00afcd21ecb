r"""`semivae demo`: the main job on real digits, measured against simpler methods on the same labels."""

from __future__ import annotations

__all__ = ["demo"]

import time
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.commands.fit import describe, save, train
from semivae.cli.options import Json, Overwrite, Settings
from semivae.cli.outputs import check_folder
from semivae.cli.screen import emit, put, say, table
from semivae.cli.state import kept_apart
from semivae.cli.verdict import show_verdict
from semivae.workflows.judge import judge, temper
from semivae.workflows.prepare import Job, Wishes, prepare
from semivae.workflows.task import Task

if TYPE_CHECKING:
    from semivae.data.in_memory import InMemory
    from semivae.trust.rivals import Rival

LABELS = 50
CLASSES = 10
MODEL = "semivae (this model)"

# How long the comparison on the given labels may take (a shorter one would not be spread over processes, and so take
# longer), and about how long a fit does.
SECONDS = 10.0
FIT_SECONDS = 10.0


def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write.")],
    draws: Annotated[int, typer.Option(min=1, help="How many times 50 labels are drawn.")] = 3,
    settings: Settings = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Classify 1,797 handwritten digits with 50 labels, beside simpler methods.

    In each draw 50 of 1,397 rows keep their label; 400 other rows measure the accuracy. The folder gets the model of
    the first draw, its figures, and its comparison on the given labels alone.
    """

    from semivae.data.read import read
    from semivae.trust import end_processes, side_by_side, workers

    context.with_resource(kept_apart(out))
    check_folder(out, overwrite)
    start = time.perf_counter()
    test = read("digits", "label", "test")
    processes = workers(draws, draws * FIT_SECONDS, test.x.nbytes)
    jobs: list[Job] = []
    accuracies: dict[str, list[float]] = {}

    for job, found in side_by_side(draw, [(seed, settings or [], test) for seed in range(draws)], processes):
        jobs.append(job)
        first = jobs[0]

        for name, accuracy in found.items():
            accuracies.setdefault(name, []).append(accuracy)

        so_far = time.perf_counter() - start
        say(f"draw {len(jobs)} of {draws}: test accuracy {accuracies[MODEL][-1]:.3f} ({so_far:.0f} s so far)")

        # The last draw may leave a process without work, which the comparison has.
        if len(jobs) == max(1, draws - 1):
            source = first.source
            verdict = judge(first.estimator, source.x, source.y, seed=0, tell=say, seconds=SECONDS)
            temper(first.estimator, verdict)

    end_processes()
    facts = describe(first, ["label"]) | {"test_accuracy": accuracies}
    save(first, out, facts, verdict, 0, overwrite)

    if json:
        emit({"folder": out, **facts, "comparison": verdict and verdict.to_json()})
    else:
        show(out, accuracies, verdict, time.perf_counter() - start)


def draw(seed: int, settings: list[str], test: InMemory) -> tuple[Job, dict[str, float]]:
    """Fits with one draw of the labels; returns the fit, and the test accuracy of the model and of its rivals."""

    wishes = Wishes("digits", ["label"], "train", "auto", Task.CLASS, None, seed, settings, None)
    job = prepare(replace(wishes, labels_per_class=LABELS // CLASSES))
    train(job, quiet=True)

    return job, scores(job, test)


def scores(job: Job, test: InMemory) -> dict[str, float]:
    """Returns the test accuracy of the model and of its rivals, which get the same labels and unlabeled rows."""

    from semivae.workflows.task import encoded

    estimator = job.estimator
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


def show(out: Path, accuracies: dict[str, list[float]], verdict: Any, seconds: float) -> None:
    """Shows what was measured as text."""

    draws = len(accuracies[MODEL])
    put(f"\ntest accuracy on 400 held-out digits with {LABELS} labels, over {draws} draws of the labels:\n")
    rows = sorted(accuracies.items(), key=lambda row: -mean(row[1]))
    shown = [(name, *(f"{value:.3f}" for value in (mean(row), min(row), max(row)))) for name, row in rows]
    table(["method", ">mean", ">lowest", ">highest"], shown)

    if verdict is not None:
        put("\nWithout held-out rows, from the 50 labels of the first draw alone:")
        show_verdict(verdict)

    put(f"\nWrote {out}/ in {seconds:.0f} s (the pictures are in {out / 'figures'}/)")
