r"""`semivae check`: what was understood of some data, before anything is trained."""

from __future__ import annotations

__all__ = ["check"]

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.options import Data, Drop, Id, Json, Keep, LabelsFrom, MissingLabel, NoHeader, TargetNames, TaskName
from semivae.cli.screen import emit, number, put, table

if TYPE_CHECKING:
    from semivae.data.codecs.base import Codec
    from semivae.data.summary import Column, Summary, Target
    from semivae.workflows.prepare import Wishes
    from semivae.workflows.task import Task

    # A target, what it is taken for, and why.
    Judged = tuple[Target, Task, str]

# How many rows of a table are shown.
MOST = 40

AS_ASKED = "as asked"


def check(
    data: Data,
    target: TargetNames = None,
    task: TaskName = None,
    missing_label: MissingLabel = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    drop: Drop = None,
    keep: Keep = None,
    id_columns: Id = None,
    split: Annotated[str, typer.Option(help="Which rows of a named set: train, test or all.")] = "train",
    json: Json = False,
) -> None:
    """Show what was understood of some data. Trains nothing. Rows that `fit` would stream are not held in memory."""

    from semivae.workflows.prepare import Wishes
    from semivae.workflows.streams import is_streamed

    columns = {"drop": drop, "keep": keep, "id_columns": id_columns}
    wishes = Wishes(
        *(data, target or (), split, "auto", task, None, 0, [], missing_label, labels_from),
        header=not no_header,
        columns=columns,
    )
    streamed = not wishes.several and is_streamed(data, labels_from=labels_from)
    summary, targets = (understood_in_part if wishes.several else understood_stream if streamed else understood)(wishes)

    if not json:
        show(summary, targets)
    elif wishes.several:
        found = [dataclasses.asdict(one) | {"task": kind} for one, kind, _ in targets]
        emit(summary.to_json() | {"task": "several", "targets": found})
    else:
        emit(summary.to_json() | {"task": targets[0][1] if targets else None})


def understood_stream(wishes: Wishes) -> tuple[Summary, list[Judged]]:
    """Returns what was understood of a stream, and of its target."""

    import warnings

    from semivae.data.codecs.selection import Selection
    from semivae.data.read import refuse_headless
    from semivae.data.stream.cache import surveyed
    from semivae.data.stream.rows import stream
    from semivae.data.stream.summary import summarize_stream
    from semivae.workflows.streams import judged, labels_in

    refuse_headless(wishes.data, wishes.header)
    rows = stream(wishes.data, wishes.target, wishes.labels_from)
    labels, about = None, []

    with warnings.catch_warnings(record=True) as notes:
        if wishes.target is not None:
            about = [(wishes.task, AS_ASKED) if wishes.task else judged(rows, wishes.missing_label)]
            labels = labels_in(rows, about[0][0], wishes.missing_label)

        found = surveyed(rows, Selection.of(**wishes.columns))

    summary = summarize_stream(rows, found, labels, [str(note.message) for note in notes])

    return summary, [(summary.target, *kind) for kind in about if summary.target]


def understood(wishes: Wishes) -> tuple[Summary, list[Judged]]:
    """Returns what was understood of rows in memory, and of their target."""

    import warnings

    from semivae.data.summary import summarize
    from semivae.workflows.rows import read_wished
    from semivae.workflows.task import labels_for, readable, task_of

    target, markers = wishes.target, wishes.missing_label
    source = read_wished(wishes)
    labels, about = None, []

    with warnings.catch_warnings(record=True) as notes:
        if target is not None:
            y = readable(source.y, markers)
            about = [(wishes.task, AS_ASKED) if wishes.task else task_of(y, markers, target)]
            labels = labels_for(y, about[0][0], markers, target)

    codec = silent_codec(source.x, wishes.joined_by(source.identifier))
    summary = summarize(source, codec, labels, [str(note.message) for note in notes])

    return summary, [(summary.target, *kind) for kind in about if summary.target]


def silent_codec(x: Any, wishes: Wishes) -> Codec:
    """Returns the codec of rows, whose warnings the summary states."""

    import warnings

    from semivae.data.codecs.choose import codec_for
    from semivae.data.codecs.selection import Selection

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)

        return codec_for(x, Selection.of(**wishes.columns))


def understood_in_part(wishes: Wishes) -> tuple[Summary, list[Judged]]:
    """Returns what was understood of rows with several targets, and of each of these."""

    import warnings

    from semivae.data.summary import summarize, target_of
    from semivae.workflows.several import read_several, refuse_together
    from semivae.workflows.task import labels_for, task_of

    refuse_together(wishes)

    markers = wishes.missing_label
    source = read_several(wishes.data, wishes.targets, wishes.split, markers, header=wishes.header)
    about = []

    with warnings.catch_warnings(record=True) as notes:
        for name in wishes.targets:
            column = dataclasses.replace(source, y=source.y[name])
            task, reason = task_of(column.y, markers, name)
            about.append((target_of(column, labels_for(column.y, task, markers, name)), task, reason))

    codec = silent_codec(source.x, wishes)

    return summarize(source, codec, warnings=[str(note.message) for note in notes]), about


def show(summary: Summary, targets: Sequence[Judged]) -> None:
    """Shows a summary as text."""

    put(f"{summary.name}: {number(summary.rows)} rows, each {what(summary)}\n")
    table(
        ["variable", "kind", ">missing", "values"],
        [(c.variable.name, c.variable.kind, c.missing, values(c)) for c in summary.columns[:MOST]],
    )

    if len(summary.columns) > MOST:
        put(f"... and {len(summary.columns) - MOST} more (--json lists them all)")

    if summary.left_out:
        put(f"\nnot modeled: {', '.join(map(repr, summary.left_out[:MOST]))}")

    for target in targets:
        show_target(*target)

    for warning in summary.warnings:
        put(f"\nWarning: {warning}")


def show_target(target: Target, task: Task, reason: str) -> None:
    """Shows a target as text."""

    variable = target.variable
    marked = ", ".join(
        f"{count} {name if name == 'missing' else f'marked {name!r}'}" for name, count in target.unlabeled_as.items()
    )
    put(f"\ntarget {variable.name!r}: {task} ({reason})")
    put(
        f"{number(target.labeled)} labeled rows, {number(target.unlabeled)} unlabeled"
        + (f" ({marked})" if marked else "")
    )

    if not target.counts:
        put(f"values from {number(variable.low)} to {number(variable.high)}")
        return

    put("")
    table(["class", ">labeled rows"], list(zip(map(str, variable.classes), target.counts, strict=True))[:MOST])

    if len(target.counts) > MOST:
        put(f"... and {len(target.counts) - MOST} more (--json lists them all)")


def what(summary: Summary) -> str:
    """Returns what a row is."""

    if summary.container != "image":
        return f"with {len(summary.columns)} variables"

    return f"an image with shape {'x'.join(map(str, summary.columns[0].variable.shape))} (channels, height, width)"


def values(column: Column) -> str:
    """Returns the values of a variable in few words."""

    from semivae.data.labels.classes import short

    variable = column.variable

    if variable.valueless:
        return "no value"

    if variable.kind != "category":
        return f"{number(variable.low)} to {number(variable.high)}"

    few = ", ".join(short(str(name), 30) for name in variable.classes[:4])
    count = len(variable.classes)

    return f"{count}: {few}{', ...' if count > 4 else ''}"
