r"""`semivae score`: the log-density of each row."""

from __future__ import annotations

__all__ = ["score"]

from typing import Annotated

import typer

from semivae.cli.options import Data, Model, NoHeader, OutFile, Overwrite, RawCsv
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import say


def score(
    model: Model,
    data: Data,
    out: OutFile,
    split: Annotated[str, typer.Option(help="Which rows of a named set: train, test or all.")] = "test",
    no_header: NoHeader = False,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
) -> None:
    """Write how usual each row is, in order, to a CSV or parquet file. Large parquet files need little memory.

    Columns: log_density (higher is more normal) and outlier_score (higher is more abnormal). A plain autoencoder has
    no density; it writes reconstruction_log_likelihood instead. Columns that were named with `fit --id` come first.
    """

    import pandas as pd

    from semivae.estimators import load
    from semivae.workflows.rows import has_density, read_blocks, with_ids

    check_file(out, overwrite)
    estimator = load(model)
    name = "log_density" if has_density(estimator) else "reconstruction_log_likelihood"
    blocks = read_blocks(estimator, data, split, header=not no_header)
    scored = ((x, estimator.score_samples(x)) for x in blocks)
    tables = ((x, pd.DataFrame({name: scores, "outlier_score": -scores})) for x, scores in scored)
    rows = write_table(out, (with_ids(estimator, *pair) for pair in tables), raw_csv)
    say(f"Wrote {rows:,} rows to {out}")
