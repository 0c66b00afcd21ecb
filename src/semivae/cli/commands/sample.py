r"""`semivae sample`: new rows from a saved model."""

from __future__ import annotations

__all__ = ["sample"]

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semivae.cli.options import Model, Overwrite, RawCsv, Seed
from semivae.cli.outputs import check_file, check_new_folder, write, write_cells, write_files, write_table
from semivae.cli.screen import say

if TYPE_CHECKING:
    from semivae.workflows.generate import Generated


def sample(
    model: Model,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help=".csv, .parquet or .npz; for images .npz, one .png with all, or a new folder for a .png of each; "
            "for a sparse matrix .npz or .h5ad.",
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, help="Number of rows.")] = 64,
    given: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=VALUE", help="Label of all rows. Repeatable with several targets."),
    ] = None,
    seed: Seed = 0,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
) -> None:
    """Draw new rows from a saved model."""

    from semivae.estimators import load
    from semivae.workflows.generate import ARRAYS, CELLS, FOLDER, PICTURE, TABLES, generate, refuse_form

    if out.suffix.lower() == FOLDER:
        check_new_folder(out)
    else:
        check_file(out, overwrite, (*TABLES, ARRAYS, PICTURE, CELLS))

    fitted = load(model)
    refuse_form(fitted, out)
    new = generate(fitted, n, given or (), seed)

    if out.suffix.lower() == FOLDER:
        write_files(out, new.files(fitted))
    elif out.suffix.lower() == CELLS:
        from semivae.workflows.cells import drawn_cells

        write_cells(out, drawn_cells(fitted, new))
    else:
        write_rows(out, new, raw_csv)

    say(f"Wrote {n:,} rows to {out}")


def write_rows(out: Path, new: Generated, raw: bool) -> None:
    """Writes new rows in the form that the ending of the file names."""

    match out.suffix.lower():
        case ".png":
            write(out, new.picture())
        case ".npz":
            write(out, new.arrays())
        case _:
            write_table(out, [new.table()], raw)
