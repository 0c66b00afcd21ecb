r"""`semivae denoise`: rows without their noise."""

from __future__ import annotations

__all__ = ["denoise"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Model, NoHeader, Overwrite, RawCsv, Seed, Split
from semivae.cli.outputs import check_file
from semivae.cli.screen import say


def denoise(
    model: Model,
    data: Data,
    out: Annotated[Path, typer.Option(metavar="FILE", help=".csv, .parquet or .npz; for images .png or .npz.")],
    split: Split = "test",
    no_header: NoHeader = False,
    seed: Seed = 0,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
) -> None:
    """Replace the cells of rows by their means, without noise: `semivae denoise m rows.csv --out clean.csv`.

    Each mean is given the whole row, so a cell that does not fit the others moves most. Missing cells are filled.
    """

    from semivae.cli.commands.sample import write_rows
    from semivae.estimators import load
    from semivae.workflows.generate import ARRAYS, PICTURE, TABLES, refuse_form
    from semivae.workflows.repair import denoised

    check_file(out, overwrite, (*TABLES, ARRAYS, PICTURE))
    fitted = load(model)
    refuse_form(fitted, out)
    rows = denoised(fitted, data, split, seed, not no_header)
    write_rows(out, rows, raw_csv)
    say(f"Wrote {len(rows.x):,} rows to {out}")
