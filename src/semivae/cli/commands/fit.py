r"""`semivae fit`: from partially labeled rows to a saved model with figures and an honest comparison."""

from __future__ import annotations

__all__ = ["describe", "fit", "save", "train"]

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from semivae.cli.launch import STOPPED, first, launch, started, supervised
from semivae.cli.options import (
    Checkpoint,
    Data,
    Devices,
    Drop,
    Id,
    Json,
    Keep,
    Kinds,
    LabelsFrom,
    MissingLabel,
    Nodes,
    NoHeader,
    Overwrite,
    Resume,
    Seed,
    Settings,
    Streamed,
    TargetNames,
    TaskName,
    kinds_of,
)
from semivae.cli.screen import emit, put, ready, say
from semivae.cli.state import begin, kept_apart, refuse_nested, state_of
from semivae.cli.verdict import show_verdict
from semivae.errors import SettingError
from semivae.workflows.judge import judge, temper
from semivae.workflows.prepare import Job, Wishes, prepare
from semivae.workflows.sampled import as_if_on, sample_of
from semivae.workflows.task import Task


def fit(
    context: typer.Context,
    data: Data,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write.")],
    target: TargetNames = None,
    model: Annotated[
        str,
        typer.Option(
            help="m1, m2, m1m2, adgm, sdgm, alpha, predictor, debias, shot, ccvae, cvae; vae, ae, pca need no target."
        ),
    ] = "auto",
    task: TaskName = None,
    labels: Annotated[
        int | None, typer.Option(min=1, help="Keep so many labels, drawn at random, and hide the others.")
    ] = None,
    labels_per_class: Annotated[
        int | None, typer.Option(min=1, help="Keep so many labels of each class, and hide the others.")
    ] = None,
    seed: Seed = 0,
    settings: Settings = None,
    missing_label: MissingLabel = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    drop: Drop = None,
    keep: Keep = None,
    kind: Kinds = None,
    id_columns: Id = None,
    stream: Streamed = False,
    split: Annotated[str, typer.Option(help="Rows of a named set: train, test or all.")] = "train",
    compare: Annotated[bool, typer.Option("--compare/--no-compare", help="Compare with simpler methods.")] = True,
    calibrate: Annotated[
        bool,
        typer.Option("--calibrate", help="Take the time to measure how sure the model may be, where that is long."),
    ] = False,
    resume: Resume = False,
    checkpoint: Checkpoint = None,
    devices: Devices = 1,
    nodes: Nodes = 1,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Fit a model to partially labeled rows and save it.

    The folder gets the model, its figures, and a table that compares it with simpler methods on the same labels.
    Several targets, each of which a row may have or not, are learned together by the model predictor, without the
    comparison.

    Ctrl-C ends the training early and keeps the best model so far; --resume goes on from there. Rows larger than memory
    are streamed from parquet or npy files; the table and the figures are then of at most 5,000 labeled and 20,000 other
    rows, drawn at random.
    """

    state = checkpoint or state_of(out)

    if devices * nodes > 1 and started() == (1, 1):
        begin(out, state, resume, overwrite)
        raise typer.Exit(fit_together(out, devices, nodes))

    refuse_nested(out, state)
    context.with_resource(kept_apart(out, state))
    replace = begin(out, state, resume, overwrite)

    wishes = (data, target or (), split, model, task, labels, seed, settings or [], missing_label, labels_from, stream)
    columns = {"drop": drop, "keep": keep, "id_columns": id_columns, "kinds": kinds_of(kind)}
    job = prepare(Wishes(*wishes, labels_per_class=labels_per_class, header=not no_header, columns=columns))
    check_calibrated(job, calibrate, compare)
    spread(job, state)
    train(job, quiet)

    if not first():
        leave(job)
        return

    facts = describe(job, target or ())
    verdict, shown = None, sample_of(job, seed)

    if compare and job.single and facts["stopped"] != "interrupted":
        from semivae.trust import end_processes

        verdict = judge(
            as_if_on(job.estimator, len(shown.source)),
            shown.source.x,
            shown.source.y,
            seed,
            tell=(lambda line: None) if quiet else say,
            seconds=math.inf if calibrate else None,
        )
        temper(job.estimator, verdict)
        end_processes()

    save(shown, out, facts, verdict, seed, replace)

    if facts["stopped"] == "interrupted":
        say(f"The same command with --resume goes on from where it was stopped (kept in {state}).")

    if json:
        emit({"folder": out, **facts, "comparison": verdict and verdict.to_json()})
    else:
        show(out, facts, verdict)

    leave(job)


def check_calibrated(job: Job, calibrate: bool, compare: bool) -> None:
    """Refuses to measure how sure a model may be where nothing would measure it."""

    if not calibrate:
        return

    if job.task not in (Task.CLASS, Task.REAL):
        raise SettingError("--calibrate", "a model of one class or number is calibrated", "leave --calibrate out")

    if not compare:
        raise SettingError("--calibrate --no-compare", "the comparison holds labels out", "leave --no-compare out")


def leave(job: Job) -> None:
    """Ends a process that torchrun started, where the user stopped the fit: torchrun waits for its end."""

    if supervised() and getattr(job.estimator, "stopped_", "done") == "interrupted":
        raise typer.Exit(STOPPED)


def fit_together(out: Path, devices: int, nodes: int) -> int:
    """Fits in several processes and returns the exit code; as of one process, Ctrl-C ends them with a saved model."""

    try:
        return launch(devices, nodes)
    except KeyboardInterrupt:
        if not out.exists():
            raise

    return 0


def spread(job: Job, state: Path) -> None:
    """Tells the estimator which processes it is fitted by, and where the state of the fit is kept."""

    devices, nodes = started()

    if "checkpoint" in job.estimator.get_params():
        job.estimator.set_params(training__devices=devices, training__nodes=nodes, checkpoint=state)


def train(job: Job, quiet: bool) -> None:
    """Fits the estimator."""

    from semivae.engine import Progress

    estimator = job.estimator

    if "callbacks" in estimator.get_params() and not quiet:
        estimator.set_params(callbacks=[Progress(estimator._model_name())])

    estimator.fit(job.source)


def describe(job: Job, targets: Sequence[str]) -> dict[str, Any]:
    """Returns what was done as plain values; several targets are a list."""

    estimator, rows = job.estimator, len(job.source)
    history = estimator.history_
    target = targets[0] if len(targets) == 1 else list(targets) or None

    return {
        "estimator": type(estimator).__name__,
        "model": estimator._model_name(),
        "task": job.task and str(job.task),
        "data": {"name": job.source.name, "rows": rows, "target": target},
        "labeled": getattr(estimator, "n_labeled_", 0),
        "unlabeled": getattr(estimator, "n_unlabeled_", rows),
        "held_out": getattr(estimator, "n_held_out_", 0),
        "epochs": len(history) if "epoch" in history else None,
        "seconds": round(float(history["seconds"].max()), 2) if "seconds" in history and len(history) else None,
        "stopped": getattr(estimator, "stopped_", "done"),
    }


def save(job: Job, out: Path, facts: dict[str, Any], verdict: Any, seed: int, overwrite: bool) -> None:
    """Saves the model, its figures and what was measured in one step."""

    from semivae.estimators.disk.saved import save
    from semivae.workflows.draw import pictures

    metrics = facts | ({"comparison": verdict.to_json()} if verdict else {})
    extra = pictures(job.estimator, job.source.x, job.source.y, seed)

    save(job.estimator, out, overwrite, metrics=ready(metrics), extra=extra)


def show(out: Path, facts: dict[str, Any], verdict: Any) -> None:
    """Shows what was done as text."""

    run = "" if not facts["epochs"] else f", {facts['epochs']:,} epochs in {facts['seconds']:.0f} s"
    rows = f"{facts['labeled']:,} labeled and {facts['unlabeled']:,} unlabeled rows"
    put(f"{facts['estimator']} ({facts['model']}): {rows}{run}")

    if facts["held_out"]:
        put(f"Of these rows, {facts['held_out']:,} were held out to tell when to stop.")

    if verdict is not None:
        show_verdict(verdict)

    put(f"\nWrote {out}/ (the pictures are in {out / 'figures'}/)")
