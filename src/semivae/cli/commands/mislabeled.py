r"""`semivae mislabeled`: the labels that may be wrong."""

from __future__ import annotations

__all__ = ["mislabeled"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Json, LabelsFrom, Model, NoHeader, Overwrite, RawCsv, Split, TargetName
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import emit, put, say, table


def mislabeled(
    model: Model,
    data: Data,
    target: TargetName = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    split: Split = "train",
    n: Annotated[int, typer.Option("-n", min=1, help="Number of labels to show.")] = 20,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all labels to a .csv or .parquet file instead.")
    ] = None,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Rank the labels of rows by how improbable they look, the most doubted first. Rows are counted from 0.

    Give the rows of the fit, in their order: then the folds of the fit judge each label without having seen it. Other
    rows are judged by simple learners in a cross-validation. A doubted label is a reason to look again, not a proof.

    Example: semivae mislabeled m people.csv -n 50
    """

    from semivae.estimators import load
    from semivae.workflows.doubt import mislabeled as doubted

    if out is not None:
        check_file(out, overwrite)

    found = doubted(load(model), data, target, split, not no_header, labels_from)

    if out is not None:
        say(f"Wrote {write_table(out, [found], raw_csv):,} rows to {out}")

    first = found.head(n)

    if json:
        emit({"labels": len(found), "doubted": first.to_dict("records")})
    elif out is None:
        put(f"{len(found):,} labels, the most doubted first\n")
        table([f">{name}" for name in first], first.to_numpy(dtype=object).tolist())
