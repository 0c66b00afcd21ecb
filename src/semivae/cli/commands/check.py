r"""`semivae check`: shows the facts about some data before anything is trained."""

from __future__ import annotations

__all__ = ["check"]

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from semivae.cli.flags import in_flags
from semivae.cli.options import (
    Data,
    Drop,
    Embed,
    Id,
    Json,
    Keep,
    Kinds,
    LabelsFrom,
    MissingLabel,
    NoHeader,
    Resize,
    Split,
    TargetNames,
    TaskName,
    columns_of,
    size_of,
)
from semivae.cli.screen import emit, put, table
from semivae.workflows.inputs.task import task_of
from semivae.workflows.plain import short

if TYPE_CHECKING:
    from semivae.data.labels.found import FoundTarget
    from semivae.data.summary import Column, Summary

# The most rows of a table that are shown.
MOST = 40

AS_ASKED = "as asked"


def check(
    context: typer.Context,
    data: Data,
    target: TargetNames = None,
    task: TaskName = None,
    missing_label: MissingLabel = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    drop: Drop = None,
    keep: Keep = None,
    kind: Kinds = None,
    embed: Embed = None,
    id_columns: Id = None,
    resize: Resize = None,
    split: Split = "train",
    json: Json = False,
) -> None:
    """Show what was understood of some data. Trains nothing. Rows that `fit` would stream are not held in memory."""

    from semivae.workflows.inputs.wishes import Wishes
    from semivae.workflows.understand import understand

    wishes = Wishes(
        data=data,
        targets=target or (),
        split=split,
        model="auto",
        task=task,
        labels=None,
        seed=0,
        settings=[],
        missing_label=missing_label,
        labels_from=labels_from,
        header=not no_header,
        columns=columns_of(kind, drop=drop, keep=keep, id_columns=id_columns, embed=embed),
        resize=size_of(resize),
    )
    summary = understand(wishes)

    if json:
        emit(facts(summary, wishes.several))
    else:
        root: Any = context.find_root().command
        show(summary, root.commands.values())


def facts(summary: Summary, several: bool) -> dict[str, Any]:
    """Returns a summary as plain values: one target beside its task, several as a list."""

    found = summary.to_json()
    tasks = map(task_of, (target.variable for target in summary.targets))
    targets = [one | {"task": task} for one, task in zip(found.pop("targets"), tasks, strict=True)]

    if several:
        return found | {"target": None, "task": "several", "targets": targets}

    one = targets[0] if targets else None

    return found | {"target": one, "task": one and one["task"]}


def show(summary: Summary, commands: Iterable[Any]) -> None:
    """Shows a summary as text, with the flags of commands in its warnings."""

    from semivae.data.kinds import handler
    from semivae.data.labels.classes import listed

    put(f"{summary.name}: {short(summary.rows)} rows, each {what(summary)}\n")
    table(
        ["variable", "kind", ">missing", "values"],
        [(c.variable.name, handler(c.variable).name, c.missing, values(c)) for c in summary.columns[:MOST]],
    )

    if len(summary.columns) > MOST:
        put(f"... and {len(summary.columns) - MOST} more (--json lists them all)")

    if found := summary.likelihood:
        put(f"\nlikelihood: {found['chosen']}, because {found['reason']}")

    if summary.left_out:
        put(f"\nnot modeled: {listed(summary.left_out)}")

    for target in summary.targets:
        show_target(target)

    for warning in summary.warnings:
        put(f"\nWarning: {in_flags(warning, commands)}")


def show_target(target: FoundTarget) -> None:
    """Shows a target as text."""

    variable = target.variable
    marked = ", ".join(
        f"{count} {name if name == 'missing' else f'marked {name!r}'}" for name, count in target.unlabeled_as.items()
    )
    put(f"\ntarget {variable.name!r}: {task_of(variable)} ({target.reason or AS_ASKED})")
    put(
        f"{short(target.labeled)} labeled rows, {short(target.unlabeled)} unlabeled"
        + (f" ({marked})" if marked else "")
    )

    if not target.counts:
        put(f"values from {short(variable.low)} to {short(variable.high)}")
        return

    put("")
    table(["class", ">labeled rows"], list(zip(map(str, variable.classes), target.counts, strict=True))[:MOST])

    if len(target.counts) > MOST:
        put(f"... and {len(target.counts) - MOST} more (--json lists them all)")


def what(summary: Summary) -> str:
    """Describes a row."""

    shape = summary.columns[0].variable.shape

    match summary.container:
        case "image":
            return f"an image with shape {'x'.join(map(str, shape))} (channels, height, width)"
        case "sparse":
            return f"sparse, with {short(shape[0])} of {short(summary.columns[0].variable.among)} columns"
        case "sequence":
            return "a string"
        case "vector":
            return "a vector"
        case _:
            return f"with {len(summary.columns)} variables"


def values(column: Column) -> str:
    """Returns the values of a variable in few words."""

    from semivae.data.kinds import handler

    return "no value" if column.variable.valueless else handler(column.variable).describe(short)
