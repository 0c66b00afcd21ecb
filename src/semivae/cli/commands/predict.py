r"""`semivae predict`: the label of each row, how sure it is, and how unusual the row is."""

from __future__ import annotations

__all__ = ["predict"]

from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.options import Data, Model, NoHeader, OutFile, Overwrite, RawCsv
from semivae.cli.outputs import check_file, write_table
from semivae.cli.screen import say
from semivae.errors import SettingError
from semivae.workflows.shard import Shard

if TYPE_CHECKING:
    import pandas as pd


def predict(
    model: Model,
    data: Data,
    out: OutFile,
    split: Annotated[str, typer.Option(help="Which rows of a named set: train, test or all.")] = "test",
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Do only part I of N, to a file of its own.")] = None,
    no_header: NoHeader = False,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
) -> None:
    """Predict the label of each row, in order, to a CSV or parquet file. Large parquet files need little memory.

    Columns: prediction; probability_<class> of each class, or lower and upper (90% interval) of a real value;
    outlier_score (higher is more abnormal). Of several targets, each column begins with the name of its target.
    Columns that were named with `fit --id` come first. The rows may hold the target, which is not read.
    With --shard 2/8 (or in the second of eight processes of torchrun) the rows of the second eighth go to
    FILE-2-of-8.csv: the files of all parts, one after another, hold all rows in order.
    """

    from semivae.estimators import load
    from semivae.workflows.rows import read_blocks, with_ids

    part = Shard.of(shard)
    out = part.file(out)
    check_file(out, overwrite)
    estimator = load(model)

    if estimator.schema_.y is None:
        raise SettingError(f"{model} was fitted without a target", "it predicts no label", "take `semivae score`")

    blocks = read_blocks(estimator, data, split, part, not no_header)
    tables = ((x, predictions(estimator, x).assign(outlier_score=estimator.outlier_score(x))) for x in blocks)
    rows = write_table(out, (with_ids(estimator, *pair) for pair in tables), raw_csv)
    say(f"Wrote {rows:,} rows to {out}")


def predictions(estimator: Any, x: Any) -> pd.DataFrame:
    """Returns the prediction of each row and how sure it is."""

    import pandas as pd

    if estimator.schema_.y.parts:
        return several(estimator, x)

    if not estimator.schema_.y.classes:
        lower, upper = estimator.predict_interval(x)

        return pd.DataFrame({"prediction": estimator.predict(x), "lower": lower, "upper": upper})

    probabilities = estimator.predict_proba(x)
    columns = {f"probability_{name}": probabilities[:, i] for i, name in enumerate(estimator.classes_)}

    return pd.DataFrame({"prediction": estimator.classes_[probabilities.argmax(axis=1)], **columns})


def several(estimator: Any, x: Any) -> pd.DataFrame:
    """Returns the prediction of each of several targets and how sure it is."""

    import numpy as np
    import pandas as pd

    predicted = np.asarray(estimator.predict(x)).T
    lower, upper = (iter(np.asarray(end).T) for end in estimator.predict_interval(x))
    probabilities = zip(estimator.classes_, estimator.predict_proba(x), strict=True)
    columns = {}

    for part, values in zip(estimator.schema_.targets, predicted, strict=True):
        columns[f"{part.name}_prediction"] = values

        if not part.classes:
            columns |= {f"{part.name}_lower": next(lower), f"{part.name}_upper": next(upper)}
        else:
            classes, table = next(probabilities)
            columns |= {f"{part.name}_probability_{name}": table[:, i] for i, name in enumerate(classes)}

    return pd.DataFrame(columns).infer_objects()
