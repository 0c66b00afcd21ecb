r"""`semivae cluster`: clusters of rows in the latent space of a saved model."""

from __future__ import annotations

__all__ = ["cluster"]

from enum import StrEnum
from typing import Annotated

import typer

from semivae.cli.options import Data, Json, Model, NoHeader, OutFile, Overwrite, RawCsv, Seed, Split
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import emit, put, say
from semivae.workflows.plain import short


class Method(StrEnum):
    """How clusters are found."""

    MIXTURE = "mixture"
    KMEANS = "k-means"


def cluster(
    model: Model,
    data: Data,
    out: OutFile,
    count: Annotated[int | None, typer.Option(min=1, help="Number of clusters; found if not given.")] = None,
    method: Annotated[Method, typer.Option(help="A Gaussian mixture, or k-means.")] = Method.MIXTURE,
    split: Split = "test",
    no_header: NoHeader = False,
    seed: Seed = 0,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write the cluster of each row, in order: `semivae cluster m rows.csv --out clusters.csv`.

    The number of clusters has the best Bayesian information criterion. Where DATA holds classes of the target, their
    agreement with the clusters is shown: normalized mutual information (nmi) and adjusted Rand index (ari).
    """

    from semivae.estimators import load
    from semivae.workflows.latents import clustered

    check_file(out, overwrite)
    table, facts = clustered(load(model), data, count, method.value, split, seed, not no_header)
    rows = write_table(out, [table], raw_csv)

    if json:
        emit({"file": out, **facts})
    else:
        sizes = ", ".join(f"{size:,}" for size in facts["sizes"])
        put(f"{facts['clusters']} clusters, of {sizes} rows")

        for name in ("nmi", "ari"):
            if name in facts:
                put(f"{name} with the classes: {short(facts[name])}")

    say(f"Wrote {rows:,} rows to {out}")
