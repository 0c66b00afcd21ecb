r"""`semivae compress`: the bits that the latent of a row costs, and the error of rows decoded from it."""

from __future__ import annotations

__all__ = ["compress"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Json, Model, NoHeader, Overwrite, Split
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import emit, put, say
from semivae.workflows.plain import short


def compress(
    model: Model,
    data: Data,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the curve of principal components to .csv or .parquet.")
    ] = None,
    split: Split = "test",
    no_header: NoHeader = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Show the bits of the latent of a row and its squared error: `semivae compress m rows.csv`.

    The error is a sum over numbers in standard deviations, pixels, and one-hot classes. Beside it stands the least
    error of any code of a Gaussian with the covariance of the rows, at as many bits: that of principal components that
    are coded ideally.
    """

    from semivae.estimators import load
    from semivae.workflows.repair import compressed

    if out is not None:
        check_file(out, overwrite)

    found, curve = compressed(load(model), data, split, not no_header)

    if out is not None:
        say(f"Wrote {write_table(out, [curve]):,} lines to {out}")

    if json:
        emit(found)
    else:
        put(f"{short(found['rate'])} bits a row, squared error {short(found['distortion'])}")
        put(f"principal components at as many bits: squared error {short(found['gaussian'])}")
