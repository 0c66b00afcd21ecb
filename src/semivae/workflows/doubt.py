r"""Labels of a table that may be wrong."""

from __future__ import annotations

__all__ = ["mislabeled", "ranked"]

from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.inputs.rows import read_labeled, with_ids

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Classifier, Fitted, Regressor, Saved


def mislabeled(
    model: Saved,
    data: str,
    target: str | None = None,
    split: str = "train",
    header: bool = True,
    labels_from: Path | None = None,
) -> pd.DataFrame:
    r"""Ranks the labels of rows, the most doubted first.

    Arguments:
        model: The model.
        data: A file, or the name of a set; best the rows of its fit.
        target: The column of the labels; the target of the model if not given.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the labels.

    Returns:
        The table of `mislabeled` of the estimators, with identifiers before it.

    Raises:
        DataError: If the rows cannot be read, or no label can be held out.
        SettingError: If the model has several targets or none.
    """

    from sklearn.utils import _safe_indexing

    refuse_several(model)
    source = read_labeled(model, data, target, split, header, labels_from)
    found = ranked(model, source.x, source.y)

    return with_ids(model, _safe_indexing(source.x, found["row"].to_numpy()), found)


def ranked(model: Fitted, x: Any, y: Any) -> pd.DataFrame:
    r"""Ranks labels, given the rows themselves.

    Arguments:
        model: The model.
        x: The rows.
        y: Their labels, missing where unlabeled, with shape (N,).

    Raises:
        DataError: If no label can be held out.
        SettingError: If the model has several targets or none.
    """

    return refuse_several(model).mislabeled(x, y)


def refuse_several(model: Fitted) -> Classifier | Regressor:
    """Returns a model of one target; refuses another."""

    from semivae.fitted import Classifier, Predictor, Regressor

    if isinstance(model, Predictor) or not isinstance(model, Classifier | Regressor):
        raise SettingError(
            f"{type(model).__name__} has several targets or none",
            "labels are judged one target at a time",
            "fit one target: VAEClassifier or VAERegressor",
        )

    return model
