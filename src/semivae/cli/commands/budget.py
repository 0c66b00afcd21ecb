r"""`semivae budget`: the error that more labels would bring."""

from __future__ import annotations

__all__ = ["budget"]

from typing import Annotated

import typer

from semivae.cli.options import Data, Json, LabelCount, LabelsFrom, Model, NoHeader, Seed, Split, TargetName
from semivae.cli.screen import emit, put, table


def budget(
    model: Model,
    data: Data,
    more: Annotated[
        list[int] | None,
        typer.Option("--more", min=1, help="Further labels to forecast; 20 if not given. Repeatable."),
    ] = None,
    target: TargetName = None,
    labels: LabelCount = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    split: Split = "train",
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Forecast how much the error would fall with more labels, from fits to subsets of the given ones.

    DATA are the rows of the fit. The last stage of the model learns 17 times, from a quarter to four fifths of the
    labels (a model of one stage is fitted anew, which takes longer). --labels and --seed keep the labels that a fit
    with these kept. Example: semivae budget model rows.csv --more 20 --more 100
    """

    from semivae.estimators import load
    from semivae.workflows.budget import budget as measured

    found = measured(load(model), data, target, split, not no_header, labels_from, labels, seed)
    counts = more or [20]

    if json:
        emit({"model": model, "data": data, **found.to_json(counts)})
        return

    name = "error" if found.classes else "1 - R2"
    put("\n".join(found.sentence(count) + "." for count in counts) + "\n")
    ahead = [found.at(found.labels + count) for count in (0, *counts)]
    table(
        [">labels", f">{name}", "90 % band", ">fits"],
        [(size, error, "", fits) for size, error, fits in found.measured()]
        + [(one.labels, one.error, f"{one.low:.3f} to {one.high:.3f}", "forecast") for one in ahead],
    )
