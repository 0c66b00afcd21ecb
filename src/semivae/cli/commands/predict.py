r"""`semivae predict`: the prediction of each row, its probability, and how unusual the row is."""

from __future__ import annotations

__all__ = ["predict"]

from typing import Annotated

import typer

from semivae.cli.options import Data, Model, NoHeader, OutFile, Overwrite, Part, RawCsv, Split
from semivae.cli.outputs import TABLES, check_file, write_cells, write_table
from semivae.cli.screen import say


def predict(
    model: Model,
    data: Data,
    out: OutFile,
    split: Split = "test",
    shard: Part = None,
    no_header: NoHeader = False,
    coverage: Annotated[
        float | None,
        typer.Option(metavar="P", help="Add sets of classes, or intervals, that hold the truth in a share P of rows."),
    ] = None,
    by_class: Annotated[
        bool, typer.Option("--by-class", help="Sets hold the true class in a share P of the rows of each class.")
    ] = False,
    reject: Annotated[
        float | None,
        typer.Option(metavar="P", help="Predict nothing for rows so unusual that only a share P of normal rows is."),
    ] = None,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
) -> None:
    """Predict the label of each row, in order, to a CSV or parquet file. Large parquet files need little memory.

    Columns: prediction; probability_<class> of each class, or lower and upper (90% interval) of a real value;
    outlier_score (higher is more abnormal). With several targets, each column begins with the name of its target.
    With --coverage 0.9, in_set_<class> says which classes are in a set that holds the true one in nine of ten rows.
    With --reject 0.01, unusual rows have no prediction, and novelty is the p-value of the density of each row.
    Columns that were named with `fit --id` come first. A target among the rows is not read.
    With --shard 2/8 (or in the second of eight processes of torchrun) the second eighth of the rows goes to
    FILE-2-of-8.csv: the files of all parts, one after another, hold all rows in order.
    With --out FILE.h5ad, a copy of the cells of an h5ad file gets these columns in obs, as semivae_prediction and so
    on, with semivae_uncertainty, and the latent as X_semivae in obsm.
    """

    from semivae.estimators import load
    from semivae.workflows.cells import annotated
    from semivae.workflows.generate import CELLS
    from semivae.workflows.inputs.shard import Shard
    from semivae.workflows.predict import Asked
    from semivae.workflows.predict import predict as predicted

    part = Shard.of(shard)
    out = part.file(out)
    check_file(out, overwrite, (*TABLES, CELLS))
    asked = Asked(coverage, by_class, reject)

    if out.suffix.lower() == CELLS:
        cells = annotated(load(model), data, asked)
        write_cells(out, cells)
        say(f"Wrote {len(cells):,} cells to {out}")
        return

    rows = write_table(out, predicted(load(model), data, split, part, not no_header, asked), raw_csv)
    say(f"Wrote {rows:,} rows to {out}")
