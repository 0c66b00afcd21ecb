r"""`semivae edit`: rows that are moved along an attribute, or given another label."""

from __future__ import annotations

__all__ = ["edit"]

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Model, NoHeader, Overwrite, RawCsv, Split
from semivae.cli.outputs import check_file
from semivae.cli.screen import say


class Method(StrEnum):
    """How the direction of an attribute is found."""

    MEAN = "mean"
    LINEAR = "linear"


def edit(
    model: Model,
    data: Data,
    out: Annotated[Path, typer.Option(metavar="FILE", help=".csv or .parquet; for images .png or .npz.")],
    attribute: Annotated[
        str | None, typer.Option(metavar="COL[=VALUE]", help="The attribute that grows: a column of DATA, or a class.")
    ] = None,
    amount: Annotated[float, typer.Option(help="How far, in standard deviations along it; below 0 it shrinks.")] = 1.0,
    hold: Annotated[
        list[str] | None, typer.Option(metavar="COL[=VALUE]", help="An attribute that stays as it is. Repeatable.")
    ] = None,
    method: Annotated[Method, typer.Option(help="Difference of means, or weights of a regression.")] = Method.MEAN,
    swap: Annotated[
        str | None, typer.Option(metavar="COL=VALUE", help="The new label, in the style of the row.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Number of rows, the first of DATA.")] = 64,
    split: Split = "test",
    no_header: NoHeader = False,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
) -> None:
    """Change rows in the latent space: `semivae edit m rows.csv --attribute income --amount 2 --out richer.csv`."""

    from sklearn.utils.validation import _num_samples

    from semivae.cli.commands.sample import write_rows
    from semivae.data.codecs.choose import codec_of
    from semivae.estimators import load
    from semivae.workflows.generate import ARRAYS, PICTURE, TABLES, Generated, refuse_form
    from semivae.workflows.latents import Moved, edited

    check_file(out, overwrite, (*TABLES, ARRAYS, PICTURE))
    fitted = load(model)
    refuse_form(fitted, out)
    moved = Moved(attribute, amount, hold or (), method.value, swap)
    rows = edited(fitted, data, moved, n, split, not no_header)
    write_rows(out, Generated(rows, {}, codec_of(fitted.schema_).columns), raw_csv)
    say(f"Wrote {_num_samples(rows):,} rows to {out}")
