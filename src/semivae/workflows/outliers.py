r"""The most unusual rows of a file, and known outliers among the rows of a fit."""

from __future__ import annotations

__all__ = ["known_apart", "outliers"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from semivae.errors import DataError, SettingError
from semivae.workflows.explain import cells_of, reason_of
from semivae.workflows.inputs.rows import read_rows, with_ids

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from semivae.data.source import Source
    from semivae.fitted import Saved

# Words that mark a row of a text file, and that do not; a missing cell does not, either.
MARKED, UNMARKED = {"1", "1.0", "true", "yes", "outlier"}, {"0", "0.0", "false", "no", "normal", ""}


def outliers(
    model: Saved, data: str, n: int = 20, method: str = "auto", split: str = "train", header: bool = True
) -> pd.DataFrame:
    r"""Returns the most unusual rows, the most unusual first.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        n: The number of rows.
        method: The score, as `outlier_scores` of estimators has it.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.

    Returns:
        Identifiers, `row` (its position), `score`, and `reason` (the cells that stand out; of images none).

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If the model has no outlier scores.
    """

    import numpy as np
    import pandas as pd
    from sklearn.utils import _safe_indexing

    from semivae.fitted import Trained

    if not isinstance(model, Trained):
        raise SettingError(f"a {type(model).__name__}", "outliers are found by a VAE", "fit with model='vae'")

    x = read_rows(model, data, split, header).x
    scores = model.outlier_scores(x, method)
    chosen = np.argsort(-scores, kind="stable")[:n]
    cells = cells_of(model, x, chosen) if model.schema_.named else [[] for _ in chosen]
    found = pd.DataFrame({"row": chosen, "score": scores[chosen], "reason": [reason_of(row) for row in cells]})

    return with_ids(model, _safe_indexing(x, chosen), found)


def known_apart(source: Source, column: str) -> tuple[Source, Any]:
    r"""Takes the rows that a column marks as outliers out of others, and the column out of both.

    Arguments:
        source: The rows, with their labels.
        column: The column.

    Returns:
        The other rows with their labels, and the outliers.

    Raises:
        DataError: If there is no such column, or it does not mark some rows and leave others.
        SettingError: If the rows are a stream.
    """

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.data.in_memory import InMemory

    if not isinstance(source, InMemory):
        raise SettingError(f"outlier_column={column!r} with a stream", "it needs rows in memory", "stream=False")

    if column not in source.columns:
        raise DataError(f"there is no column {column!r}", "a column marks known outliers", "outlier_column=None")

    marks, x = marked(source.held[column], column), source.held.drop(columns=column)
    rest, odd = np.flatnonzero(~marks), np.flatnonzero(marks)
    labels = None if source.y is None else _safe_indexing(source.y, rest)

    return replace(source, x=_safe_indexing(x, rest), y=labels), _safe_indexing(x, odd)


def marked(cells: pd.Series, column: str) -> NDArray[np.bool_]:
    r"""Returns the rows that a column marks, with shape (N,).

    Raises:
        DataError: If it holds other words, or marks no row or all of them.
    """

    words = cells.astype("string").fillna("").str.strip().str.lower()
    other = words[~words.isin(MARKED | UNMARKED)]
    found = words.isin(MARKED).to_numpy(dtype=bool)

    if len(other) or found.all() or not found.any():
        given = f"it holds {other.iloc[0]!r}" if len(other) else f"it marks {found.sum()} of {len(found)} rows"
        raise DataError(
            f"the column {column!r} does not mark outliers: {given}",
            "1, true, yes or outlier for some rows; 0, false, no, normal or nothing for the others",
            "outlier_column=None, or another column",
        )

    return found
