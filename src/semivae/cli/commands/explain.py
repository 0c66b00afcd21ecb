r"""`semivae explain`: the most surprising rows, and the cells that make them so."""

from __future__ import annotations

__all__ = ["explain"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import Data, Json, Model, NoHeader, Overwrite, RawCsv, Split
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import emit, put, say, table


def explain(
    model: Model,
    data: Data,
    n: Annotated[int, typer.Option("-n", min=1, help="Number of rows.")] = 20,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them to .csv or .parquet.")] = None,
    no_header: NoHeader = False,
    split: Split = "train",
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """List the rows with the lowest density, and the cells that make each surprising. Rows are counted from 0.

    Columns: the value of the cell, the value expected at the latent of its row, the usual values of its column (the
    middle 90 %, or the most common class), and its surprise beyond the usual in nats. A row without such a cell is
    unusual as a whole.

    Example: semivae explain m people.csv -n 10
    """

    from semivae.estimators import load
    from semivae.workflows.explain import explain as explained

    if out is not None:
        check_file(out, overwrite)

    found = explained(load(model), data, n, split, not no_header)

    if out is not None:
        # Cells of several columns have no common type.
        text = {name: found[name].astype("string") for name in ("value", "expected")}
        say(f"Wrote {write_table(out, [found.assign(**text)], raw_csv):,} lines to {out}")

    if json:
        emit({"model": model, "data": data, "rows": found.to_dict("records")})
    elif out is None:
        put(f"The {found['row'].nunique():,} most surprising rows\n")
        shown = found.drop(columns="log_density").astype(object)
        lines = shown.where(shown.notna(), "-").to_numpy().tolist()
        table([f">{name}" if name in ("row", "nats") else name for name in shown], lines)

        if any(found["column"].isna()):
            put("\n- no cell stands out by itself: the row is unusual as a whole")
