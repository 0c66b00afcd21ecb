r"""`semivae impute`: rows with their missing cells filled."""

from __future__ import annotations

__all__ = ["impute"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Json, Model, NoHeader, Overwrite, RawCsv, Seed, Split
from semivae.cli.outputs import check_file
from semivae.cli.screen import emit, say


def impute(
    model: Model,
    data: Data,
    out: Annotated[Path, typer.Option(metavar="FILE", help=".csv, .parquet or .npz.")],
    draws: Annotated[
        int | None, typer.Option(min=1, help="Number of completions, one below the other; by default the center.")
    ] = None,
    coverage: Annotated[
        float | None, typer.Option(min=0.01, max=0.99, help="Add intervals of numbers with this probability.")
    ] = None,
    split: Split = "test",
    no_header: NoHeader = False,
    seed: Seed = 0,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Fill the missing cells of rows, given the others: `semivae impute m rows.csv --out full.csv`.

    A number gets its mean and a category its most probable class; observed cells stay as they are. Intervals are in
    columns COL_low and COL_high.
    """

    from semivae.cli.commands.sample import write_rows
    from semivae.estimators import load
    from semivae.workflows.generate import ARRAYS, TABLES, refuse_form
    from semivae.workflows.repair import imputed

    check_file(out, overwrite, (*TABLES, ARRAYS))
    fitted = load(model)
    refuse_form(fitted, out)
    rows, holes = imputed(fitted, data, draws, coverage, split, seed, not no_header)
    write_rows(out, rows, raw_csv)

    if json:
        emit({"file": out, "rows": len(rows.x), "filled": holes})

    say(f"Filled {holes:,} cells; wrote {len(rows.x):,} rows to {out}")
