r"""What several commands take."""

from __future__ import annotations

__all__ = [
    "Checkpoint",
    "Data",
    "Devices",
    "Drop",
    "Id",
    "Json",
    "Keep",
    "Kinds",
    "LabelsFrom",
    "MissingLabel",
    "Model",
    "NoHeader",
    "Nodes",
    "OutFile",
    "Overwrite",
    "RawCsv",
    "Resume",
    "Seed",
    "Settings",
    "Streamed",
    "TargetName",
    "TargetNames",
    "TaskName",
    "kinds_of",
]

from pathlib import Path
from typing import Annotated

import typer

from semivae.errors import SettingError
from semivae.workflows.task import Task

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A file (CSV, TSV, parquet, npy, npz, idx), a folder of parquet files, or the name of a set (digits).",
    ),
]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="The folder that `semivae fit --out` wrote.")]
TargetName = Annotated[str | None, typer.Option("--target", metavar="COL", help="The column that holds the labels.")]
TargetNames = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="COL",
        help="The column that holds the labels. Repeatable: several are learned together.",
    ),
]
TaskName = Annotated[Task | None, typer.Option("--task", help="What the target is; judged by its values if not given.")]
MissingLabel = Annotated[
    list[str] | None,
    typer.Option(
        "--missing-label",
        metavar="V",
        help="What marks a row without label, beside empty cells; -1 for classes if not given. Repeatable.",
    ),
]
Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", metavar="COL", help="A column to ignore. Repeatable."),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="COL", help="A column to model even if it looks like an identifier. Repeatable."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="COL=KIND",
        help="The kind of a column, where its values do not tell: visits=count, zip=category. Repeatable.",
    ),
]
Id = Annotated[
    list[str] | None,
    typer.Option("--id", metavar="COL", help="A column not to model but to carry into predictions. Repeatable."),
]
LabelsFrom = Annotated[
    Path | None,
    typer.Option("--labels-from", metavar="FILE", help="Holds the target, and a column to join it to the rows by."),
]
NoHeader = Annotated[
    bool, typer.Option("--no-header", help="The first line of a text file holds values; columns are x0, x1, ...")
]
Streamed = Annotated[
    bool, typer.Option("--stream", help="Do not hold the rows in memory; folders and large parquet files never are.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting of the estimator, such as epochs=50. Repeatable."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="What everything random is drawn from.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
RawCsv = Annotated[
    bool, typer.Option("--raw-csv", help="Write text as it is, also where a spreadsheet would run it as a formula.")
]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write: .csv or .parquet.")]

Resume = Annotated[bool, typer.Option("--resume", help="Continue a fit that was stopped or killed, exactly.")]
Checkpoint = Annotated[
    Path | None,
    typer.Option("--checkpoint", metavar="DIR2", help="Where the state of the fit is kept; beside DIR if not given."),
]
Devices = Annotated[int, typer.Option(min=1, help="Processes on this machine that share the work.")]
Nodes = Annotated[int, typer.Option(min=1, help="Machines; the same command runs on each, with MASTER_ADDR set.")]


def kinds_of(pairs: list[str] | None) -> dict[str, str] | None:
    r"""Returns the kinds of columns that are given as COL=KIND.

    Raises:
        SettingError: If one is not given so.
    """

    for pair in pairs or ():
        if "=" not in pair:
            raise SettingError(f"--kind {pair}", "it must name a column and its kind", f"--kind {pair}=count")

    split = [pair.rpartition("=") for pair in pairs or ()]

    return {name.strip(): kind.strip() for name, _, kind in split} or None
