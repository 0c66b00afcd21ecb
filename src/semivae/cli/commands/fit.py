r"""`semivae fit`: from partially labeled rows to a saved model with figures and an honest comparison."""

from __future__ import annotations

__all__ = ["fit"]

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from semivae.cli.followed import HeldOutRows, Seeds, Track, Tracked
from semivae.cli.given import given, rows_given
from semivae.cli.health import show_health
from semivae.cli.launch import STOPPED, first, launch, started, supervised
from semivae.cli.options import (
    Calibrate,
    Checkpoint,
    Compare,
    Data,
    Devices,
    Drop,
    Embed,
    Figures,
    Id,
    Json,
    Keep,
    Kinds,
    LabelCount,
    LabelsFrom,
    LabelsPerClass,
    MissingLabel,
    ModelName,
    Nodes,
    NoHeader,
    OutFolder,
    OutlierColumn,
    Overwrite,
    Quiet,
    Report,
    Resize,
    Resume,
    Seed,
    Settings,
    Split,
    Streamed,
    TargetNames,
    TaskName,
    columns_of,
    size_of,
)
from semivae.cli.screen import emit, put, quiet_comparison, say
from semivae.cli.seeds import fit_seeds
from semivae.cli.state import begin, kept_apart, refuse_nested, state_of
from semivae.cli.verdict import show_verdict
from semivae.errors import SettingError
from semivae.workflows.fit import compare as compare_with_others
from semivae.workflows.fit import describe, save, train
from semivae.workflows.inputs.sampled import sample_of
from semivae.workflows.inputs.task import Task
from semivae.workflows.inputs.wishes import Wishes
from semivae.workflows.prepare import Job, prepare

if TYPE_CHECKING:
    from semivae.trust import Verdict


def fit(
    context: typer.Context,
    data: Data,
    out: OutFolder,
    target: TargetNames = None,
    model: ModelName = "auto",
    task: TaskName = None,
    labels: LabelCount = None,
    labels_per_class: LabelsPerClass = None,
    seed: Seed = 0,
    seeds: Seeds = 1,
    settings: Settings = None,
    missing_label: MissingLabel = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    drop: Drop = None,
    keep: Keep = None,
    kind: Kinds = None,
    embed: Embed = None,
    id_columns: Id = None,
    outlier_column: OutlierColumn = None,
    resize: Resize = None,
    stream: Streamed = False,
    split: Split = "train",
    held_out: HeldOutRows = None,
    compare: Compare = True,
    figures: Figures = True,
    report: Report = None,
    calibrate: Calibrate = None,
    resume: Resume = False,
    checkpoint: Checkpoint = None,
    devices: Devices = 1,
    nodes: Nodes = 1,
    overwrite: Overwrite = False,
    json: Json = False,
    track: Track = None,
    quiet: Quiet = False,
) -> None:
    """Fit a model to partially labeled rows and save it.

    The folder gets the model, its figures, and a report that compares it with simpler methods on the same labels.
    Several targets, which a row may have or not, are learned together by the model predictor, without a comparison.

    Ctrl-C ends the training early and keeps the best model so far; --resume continues it. Rows larger than memory are
    streamed from parquet, npy or h5ad files; the table and the figures then use at most 5,000 labeled and 20,000 other
    rows, drawn at random.

    --seeds 5 writes five fits into DIR/seed-0 and so on, a table of their scores, and their curves by epoch.
    """

    if seeds > 1:
        return fit_seeds(context)

    state = checkpoint or state_of(out)

    if devices * nodes > 1 and started() == (1, 1):
        begin(out, state, resume, overwrite)
        raise typer.Exit(fit_together(out, devices, nodes))

    refuse_nested(out, state)
    context.with_resource(kept_apart(out, state))
    replace = begin(out, state, resume, overwrite)

    wishes = Wishes(
        data=data,
        targets=target or (),
        split=split,
        model=model,
        task=task,
        labels=labels,
        labels_per_class=labels_per_class,
        seed=seed,
        settings=settings or [],
        missing_label=missing_label,
        labels_from=labels_from,
        stream=stream,
        header=not no_header,
        columns=columns_of(kind, drop=drop, keep=keep, id_columns=id_columns, embed=embed),
        outlier_column=outlier_column,
        held_out=held_out,
        resize=size_of(resize),
    )
    job = prepare(wishes)
    check_calibrated(job, bool(calibrate), compare)
    spread(job, state)
    leave_uncalibrated(job, calibrate)
    train(job, [*watchers(job, quiet), *tracker(wishes, out, track)])

    if first():
        shown = sample_of(job, seed)
        facts = describe(job, wishes.targets) | {"command": given(context), "rows": rows_given(context)}

        with quiet_comparison(quiet):
            allowed = math.inf if calibrate else None
            verdict = compare_with_others(shown, seed, allowed, calibrate is not False) if compare else None

        wanted = figures if report is None else report
        extra = page(shown, out, data, facts, verdict, quiet) if wanted else {}
        save(shown, out, facts, verdict, seed, replace, figures, extra)
        show(context, out, facts, verdict, state, json)

    leave(job)


def check_calibrated(job: Job, calibrate: bool, compare: bool) -> None:
    r"""Checks that a calibration that was asked for is possible.

    Raises:
        SettingError: If it is not.
    """

    if not calibrate:
        return

    if job.task not in (Task.CLASS, Task.REAL):
        raise SettingError("--calibrate", "only a model of one class or one number is calibrated", "leave it out")

    if not compare:
        raise SettingError("--calibrate --no-compare", "the comparison holds labels out", "leave --no-compare out")


def leave_uncalibrated(job: Job, calibrate: bool | None) -> None:
    """Tells the estimator to hold no label out, if no calibration is wanted."""

    if calibrate is False and "recipe" in job.estimator.get_params(deep=False):
        job.estimator.set_params(recipe__calibrate=False)


def watchers(job: Job, quiet: bool) -> list[Any]:
    """Returns the callbacks of a fit."""

    from semivae.engine import Progress

    return [] if quiet else [Progress(job.estimator.model_name_)]


def tracker(wishes: Wishes, out: Path, track: Tracked | None) -> list[Any]:
    """Returns the callback that sends the epochs of a fit to a tracker, if one was asked for."""

    if track is None:
        return []

    from semivae.engine.tracking import TRACKERS

    facts = {"data": wishes.data, "targets": ", ".join(wishes.targets), "model": wishes.model, "seed": wishes.seed}
    place = Path(f"{out}.{track}")
    say(f"The epochs are written to {place}")

    return [TRACKERS[track](place, out.name, {**facts, **dict(one.split("=", 1) for one in wishes.settings)})]


def fit_together(out: Path, devices: int, nodes: int) -> int:
    """Fits in several processes and returns the exit code; Ctrl-C ends them with a saved model, as it does one."""

    try:
        return launch(devices, nodes)
    except KeyboardInterrupt:
        if not out.exists():
            raise

    return 0


def spread(job: Job, state: Path) -> None:
    """Tells the estimator which processes share its fit, and where the state of the fit is kept."""

    devices, nodes = started()

    if "checkpoint" in job.estimator.get_params():
        job.estimator.set_params(training__devices=devices, training__nodes=nodes, checkpoint=state)


def page(
    job: Job, out: Path, data: str, facts: dict[str, Any], verdict: Verdict | None, quiet: bool
) -> dict[str, bytes]:
    """Returns the report of a fit by its name in the folder of the model."""

    from semivae.report import collect, render

    if not quiet:
        say("writing the report")

    metrics = facts | ({"comparison": verdict.to_json()} if verdict else {})
    found = collect(job.estimator, job.source.held, job.source.y, metrics, str(out), data)

    return {"report.html": render(found).encode()}


def leave(job: Job) -> None:
    """Ends a process that torchrun started, where the user stopped the fit: torchrun waits for its end."""

    if supervised() and getattr(job.estimator, "stopped_", "done") == "interrupted":
        raise typer.Exit(STOPPED)


def show(
    context: typer.Context, out: Path, facts: dict[str, Any], verdict: Verdict | None, state: Path, json: bool
) -> None:
    """Shows a fit as text or as JSON."""

    if facts["stopped"] == "interrupted":
        say(f"The same command with --resume continues the fit (its state is in {state}).")

    if json:
        emit({"folder": out, **facts, "comparison": verdict and verdict.to_json()})
    else:
        show_text(context, out, facts, verdict)


def show_text(context: typer.Context, out: Path, facts: dict[str, Any], verdict: Verdict | None) -> None:
    """Shows a fit as text."""

    run = "" if not facts["epochs"] else f", {facts['epochs']:,} epochs in {facts['seconds']:.0f} s"
    rows = f"{facts['labeled']:,} labeled and {facts['unlabeled']:,} unlabeled rows"
    put(f"{facts['estimator']} ({facts['model']}): {rows}{run}")

    if facts["held_out"]:
        put(f"Of these rows, {facts['held_out']:,} were held out to stop the training in time.")

    if verdict is not None:
        show_verdict(verdict)

    show_health(context, facts["health"])
    drawn = f" (the figures are in {out / 'figures'}/)" if (out / "figures").is_dir() else ""
    told = f"; {out / 'report.html'} tells all" if (out / "report.html").is_file() else ""
    put(f"\nWrote {out}/{drawn}{told}")
