r"""`semivae suggest`: the rows to label next."""

from __future__ import annotations

__all__ = ["suggest"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Json, LabelsFrom, Model, NoHeader, Overwrite, RawCsv, Split, TargetName
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import emit, put, say, table


def suggest(
    model: Model,
    data: Data,
    n: Annotated[int, typer.Option("-n", min=1, help="Number of rows.")] = 20,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them to .csv or .parquet.")] = None,
    target: TargetName = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    split: Split = "train",
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Suggest which rows to label next: uncertain ones that many rows are like, and that differ from each other.

    Rows that have a label are left out. Columns: row (the position, from 0), score (the share of the doubt about all
    rows that its label would cover), doubt, stands_for (rows like it), and the reason. Columns that were named with
    `fit --id` come first. Example: semivae suggest model rows.csv -n 20 --out next.csv
    """

    from semivae.estimators import load
    from semivae.workflows.suggest import suggest as suggested

    if out is not None:
        check_file(out, overwrite)

    found = suggested(load(model), data, n, target, split, not no_header, labels_from)

    if out is not None:
        write_table(out, [found], raw_csv)
        say(f"Wrote {len(found):,} rows to {out}")

    if json:
        emit({"model": model, "data": data, "rows": found.to_dict("records")})
    elif out is None:
        put(f"{len(found):,} rows to label next, the most useful first\n")
        shown = found.drop(columns=["doubt", "stands_for"])
        table([f">{name}" if name in ("row", "score") else name for name in shown], shown.to_numpy().tolist())
