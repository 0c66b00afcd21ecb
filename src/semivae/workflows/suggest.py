r"""The rows of a file that a saved model would have labeled next."""

from __future__ import annotations

__all__ = ["suggest"]

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from semivae.workflows.inputs.rows import read_maybe_labeled, with_ids

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Saved

LOG = logging.getLogger(__name__)


def suggest(
    model: Saved,
    data: str,
    n: int = 20,
    target: str | None = None,
    split: str = "train",
    header: bool = True,
    labels_from: Path | None = None,
) -> pd.DataFrame:
    r"""Returns the rows to label next, the most useful first. Rows that have a label are left out.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        n: The number of rows.
        target: The column of the labels; the target of the model if not given, which the rows may lack.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the labels.

    Returns:
        Identifiers, and the columns that the method `suggest` of estimators returns.

    Raises:
        DataError: If the rows cannot be read, or all have a label.
        SettingError: If labels are given for a model without a target.
    """

    from sklearn.utils import _safe_indexing

    from semivae.estimators.suggested import suggested

    source = read_maybe_labeled(model, data, target, split, header, labels_from)

    if source.y is None and model.schema_.y is not None:
        LOG.info(
            "No labels lie beside these rows: all are taken for unlabeled (a file of labels is named by labels_from)."
        )

    found = suggested(model, source.x, source.y, n)

    return with_ids(model, _safe_indexing(source.x, found["row"].to_numpy()), found)
