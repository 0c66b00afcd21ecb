r"""Options and arguments of the commands, each declared once."""

from __future__ import annotations

__all__ = [
    "Calibrate",
    "Card",
    "Checkpoint",
    "Compare",
    "Data",
    "Devices",
    "Drop",
    "Embed",
    "Id",
    "Json",
    "Keep",
    "Kinds",
    "LabelCount",
    "LabelsFrom",
    "LabelsPerClass",
    "MissingLabel",
    "Model",
    "ModelName",
    "Models",
    "NoHeader",
    "Nodes",
    "OutFile",
    "OutFolder",
    "OutlierColumn",
    "Overwrite",
    "Part",
    "Quiet",
    "RawCsv",
    "Report",
    "Resize",
    "Resume",
    "Seed",
    "Settings",
    "Split",
    "Streamed",
    "TargetName",
    "TargetNames",
    "TaskName",
    "Whole",
    "columns_of",
    "size_of",
]

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from semivae.errors import SettingError
from semivae.workflows.inputs.task import Task

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A file (CSV, TSV, parquet, npy, npz, idx, h5ad), an array in one (.npz, .mat, HDF5: FILE::NAME), a "
        "folder of parquet files or of pictures, or the name of a set (digits).",
    ),
]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="The folder that `semivae fit --out` wrote.")]
Models = Annotated[
    list[Path], typer.Argument(metavar="MODEL", help="One or more folders that `semivae fit --out` wrote.")
]
TargetName = Annotated[str | None, typer.Option("--target", metavar="COL", help="The column that holds the labels.")]
TargetNames = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="COL",
        help="The column that holds the labels. Repeatable: several targets are learned together.",
    ),
]
TaskName = Annotated[
    Task | None, typer.Option("--task", help="The kind of the target; judged by its values if not given.")
]
MissingLabel = Annotated[
    list[str] | None,
    typer.Option(
        "--missing-label",
        metavar="V",
        help="The value that means unlabeled, beside empty cells; -1 for classes if not given. Repeatable.",
    ),
]
Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", metavar="COL", help="A column that is ignored. Repeatable."),
]
OutlierColumn = Annotated[
    str | None,
    typer.Option(metavar="COL", help="A column that marks known outliers (1 or 0). They are kept out of the rows."),
]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        "--keep", metavar="COL", help="A column that is modeled even if it looks like an identifier. Repeatable."
    ),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="COL=KIND",
        help="The kind of a column, where its values do not tell: real, count, category, ordinal, sequence (strings) "
        "or selfies (molecules), such as zip=category. Repeatable. Of an array, vector or real.",
    ),
]
Embed = Annotated[
    str | None,
    typer.Option(metavar="COL", help="A column of texts to turn into vectors (pip install 'semivae[text]')."),
]
Id = Annotated[
    list[str] | None,
    typer.Option("--id", metavar="COL", help="A column that is carried into predictions and not modeled. Repeatable."),
]
Resize = Annotated[
    str | None,
    typer.Option("--resize", metavar="HxW", help="Scale images to this height and width; one number for both."),
]
LabelsFrom = Annotated[
    Path | None,
    typer.Option(
        "--labels-from",
        metavar="FILE",
        help="A second file with the target, and with a column that joins it to the rows.",
    ),
]
NoHeader = Annotated[
    bool,
    typer.Option("--no-header", help="The first line of a text file holds values; its columns are named x0, x1, ..."),
]
Streamed = Annotated[
    bool, typer.Option("--stream", help="Stream the rows from disk. Folders and large parquet files always are.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting of the estimator, such as epochs=50. Repeatable."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Random seed.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file or model.")]
RawCsv = Annotated[
    bool, typer.Option("--raw-csv", help="Write text unchanged, even if a spreadsheet would run it as a formula.")
]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write: .csv or .parquet.")]

Resume = Annotated[bool, typer.Option("--resume", help="Continue a fit that was stopped or killed, exactly.")]
Checkpoint = Annotated[
    Path | None,
    typer.Option("--checkpoint", metavar="DIR2", help="The folder of the state of the fit; beside DIR if not given."),
]
Devices = Annotated[int, typer.Option(min=1, help="Processes on this machine that share the work.")]
Nodes = Annotated[int, typer.Option(min=1, help="Machines; the same command runs on each, with MASTER_ADDR set.")]

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write.")]
Split = Annotated[str, typer.Option("--split", help="The rows of a named set: train, test or all.")]
Whole = Annotated[
    bool,
    typer.Option("--whole", help="Measure samples, reconstructions and latents, too."),
]
Card = Annotated[
    bool, typer.Option("--card", help="Show the six qualities of a generative model, with PCA among the models.")
]
Part = Annotated[
    str | None, typer.Option("--shard", metavar="I/N", help="Do only part I of N, and write a file of its own.")
]
ModelName = Annotated[
    str,
    typer.Option(
        "--model",
        help="gmvae, m1, m2, m1m2, adgm, sdgm, alpha, predictor, debias, shot, ccvae, cvae; no target: vae, ae, pca.",
    ),
]
LabelCount = Annotated[
    int | None, typer.Option("--labels", min=1, help="Keep this many labels, drawn at random, and hide the others.")
]
LabelsPerClass = Annotated[
    int | None,
    typer.Option("--labels-per-class", min=1, help="Keep this many labels of each class, and hide the others."),
]
Compare = Annotated[bool, typer.Option("--compare/--no-compare", help="Compare with simpler methods.")]
Figures = Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures of the model.")]
Report = Annotated[
    bool | None,
    typer.Option(
        "--report/--no-report",
        help="Write report.html into the folder; by default if figures are drawn.",
        show_default=False,
    ),
]
Calibrate = Annotated[
    bool | None,
    typer.Option(
        "--calibrate/--no-calibrate",
        help="Calibrate the confidence by labels that are held out. By default the models that learn features first do "
        "it; asked for, any model of one class or number is, however long that takes.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def columns_of(kind: list[str] | None, **columns: Any) -> dict[str, Any]:
    """Returns the options of columns under their names in `DataOptions`."""

    return {**columns, "kinds": kinds_of(kind)}


def size_of(text: str | None) -> int | tuple[int, int] | None:
    r"""Returns the size of images that is given as 64 or 48x64.

    Raises:
        SettingError: If it is not given so.
    """

    if text is None:
        return None

    found = re.fullmatch(r"\(?(\d+)(?:[x, ]+(\d+))?\)?", text)

    if found is None or "0" in found.groups():
        raise SettingError(f"--resize {text}", "it must be a height and a width, or one number", "--resize 48x64")

    return int(found[1]) if found[2] is None else (int(found[1]), int(found[2]))


def kinds_of(pairs: list[str] | None) -> dict[str, str] | str | None:
    r"""Returns the kinds of columns that are given as COL=KIND, or the kind of all rows of an array.

    Raises:
        SettingError: If one is not given so, or a column is given two kinds.
    """

    if pairs in (["vector"], ["real"]):
        return pairs[0]

    kinds: dict[str, str] = {}

    for pair in pairs or ():
        if "=" not in pair:
            raise SettingError(f"--kind {pair}", "it must name a column and its kind", f"--kind {pair}=count")

        name, kind = (part.strip() for part in pair.rpartition("=")[::2])

        if kinds.setdefault(name, kind) != kind:
            raise SettingError(f"--kind {pair}", f"--kind {name}={kinds[name]} is given, too", "give one of them")

    return kinds or None
