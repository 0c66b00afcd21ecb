r"""`semivae report`: one HTML file about a saved model."""

from __future__ import annotations

__all__ = ["report"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import (
    Json,
    LabelCount,
    LabelsFrom,
    LabelsPerClass,
    Model,
    NoHeader,
    Overwrite,
    Seed,
    Split,
    TargetName,
)
from semivae.cli.outputs import check_file, write
from semivae.cli.screen import emit, put


def report(
    model: Model,
    data: Annotated[
        str | None,
        typer.Argument(metavar="[DATA]", help="The rows of the fit, for the map, samples and unusual rows."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write: .html.")] = Path("report.html"),
    target: TargetName = None,
    labels: LabelCount = None,
    labels_per_class: LabelsPerClass = None,
    seed: Seed = 0,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    split: Split = "train",
    budget: Annotated[
        bool, typer.Option("--budget", help="Measure what more labels would bring, which takes several fits.")
    ] = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a report of a model as one HTML file that needs no network.

    It says how good the model is and against what, how sure it is, and shows its samples, its map, unusual rows,
    doubted labels, rows to label next, and how to fit it again. Small decoders run inside the file. Without DATA it
    holds only facts that were saved with the model. If the fit kept some of the labels, give its --labels and --seed
    again. Example: semivae report model rows.csv --out report.html
    """

    from semivae.estimators import load
    from semivae.report import collect, render
    from semivae.store import open_folder
    from semivae.workflows.kept import rows_of_fit

    check_file(out, overwrite, (".html",))
    fitted = load(model)
    x, y = None, None

    if data is not None:
        kept, per_class = labels_per_class or labels, labels_per_class is not None
        source = rows_of_fit(fitted, data, target, split, not no_header, labels_from, kept, per_class, seed)
        x, y = source.held, source.y

    facts = collect(fitted, x, y, fitted.metrics_, str(model), data, open_folder(model).sums, budget)
    write(out, render(facts).encode())

    if json:
        emit({"file": out, "headline": facts.headline})
    else:
        put("\n".join(facts.headline))
        put(f"\nWrote {out}")
