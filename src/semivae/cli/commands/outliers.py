r"""`semivae outliers`: the most unusual rows, and why."""

from __future__ import annotations

__all__ = ["outliers"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Json, Model, NoHeader, Overwrite, RawCsv, Split
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import emit, put, say, table


def outliers(
    model: Model,
    data: Data,
    n: Annotated[int, typer.Option("-n", min=1, help="Number of rows.")] = 20,
    method: Annotated[
        str, typer.Option(help="auto, density, elbo, reconstruction, distance or typicality.", metavar="NAME")
    ] = "auto",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them to .csv or .parquet.")] = None,
    no_header: NoHeader = False,
    split: Split = "train",
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """List the most unusual rows, the most unusual first, and why. Rows are counted from 0.

    The score takes the density of a row and the distance of its latent together; rows at 0 are as unusual as most. If
    the fit had known outliers (--outlier-column), rows like them come first.

    Example: semivae outliers m people.csv -n 10
    """

    from semivae.estimators import load
    from semivae.workflows.outliers import outliers as found_in

    if out is not None:
        check_file(out, overwrite)

    found = found_in(load(model), data, n, method, split, not no_header)

    if out is not None:
        say(f"Wrote {write_table(out, [found], raw_csv):,} lines to {out}")

    if json:
        emit({"model": model, "data": data, "method": method, "rows": found.to_dict("records")})
    elif out is None:
        put(f"The {len(found):,} most unusual rows\n")
        score = found["score"].map("{:.3g}".format)
        names = [f">{name}" if name in ("row", "score") else name for name in found]
        table(names, found.assign(score=score).to_numpy().tolist())
