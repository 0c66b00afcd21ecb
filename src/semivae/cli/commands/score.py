r"""`semivae score`: the log-density of each row."""

from __future__ import annotations

__all__ = ["score"]

from typing import Annotated, Literal

import typer

from semivae.cli.options import Data, Model, NoHeader, OutFile, Overwrite, RawCsv, Split
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import say

METHOD = """How the density is estimated: "importance" by weighted draws, "elbo" by the lower bound of the training, or
"annealed" by annealed importance sampling, which takes minutes for a thousand rows and checks the others."""


def score(
    model: Model,
    data: Data,
    out: OutFile,
    split: Split = "test",
    no_header: NoHeader = False,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    method: Annotated[Literal["elbo", "importance", "annealed"], typer.Option(help=METHOD)] = "importance",
) -> None:
    """Write how normal each row is, in order, to a CSV or parquet file. Large parquet files need little memory.

    Columns: log_density (higher is more normal) and outlier_score (higher is more abnormal). A plain autoencoder has
    no density; it writes reconstruction_log_likelihood instead. Nor has a model of grey images with likelihood
    "bernoulli", which writes bernoulli_log_likelihood. error: the standard error of log_density that comes from its
    draws. Columns that were named with `fit --id` come first.
    """

    from semivae.estimators import load
    from semivae.workflows.predict import score as scored

    check_file(out, overwrite)
    rows = write_table(out, scored(load(model), data, split, not no_header, method), raw_csv)
    say(f"Wrote {rows:,} rows to {out}")
