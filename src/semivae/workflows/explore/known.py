r"""The labels that the data have already, and labels as a fit takes them."""

from __future__ import annotations

__all__ = ["for_fit", "known"]

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from semivae.fitted import Fitted
    from semivae.workflows.explore.beliefs import Goal

Labels = Mapping[str, NDArray[Any]]


def known(estimator: Fitted, y: Any, rows: int, goals: Sequence[Goal]) -> dict[str, NDArray[Any]]:
    r"""Returns the labels of rows by target, each with shape (N,), None where unlabeled.

    Arguments:
        estimator: The model, which says the values that mean unlabeled.
        y: A column, or a frame of several targets; None without labels.
        rows: The number of rows.
        goals: The targets.
    """

    from semivae.data.labels.markers import as_column, default_markers
    from semivae.data.labels.table import target_frame
    from semivae.estimators.rows.target import is_known

    found = {goal.name: np.full(rows, None, dtype=object) for goal in goals}

    if y is None:
        return found

    given = target_frame(y) if len(goals) > 1 else {goal.name: as_column(y) for goal in goals}
    markers = estimator.get_params(deep=False).get("missing_label")

    for goal in goals:
        column = as_column(given[goal.name])
        mask = is_known(column, default_markers(goal.classes, markers) if goal.classes else markers)
        found[goal.name][mask] = np.array(column[mask].tolist(), dtype=object)

    return found


def for_fit(labels: Labels, goals: Sequence[Goal]) -> Any:
    """Returns labels as :meth:`refit` takes them: a column, or a frame of several targets; None without a target."""

    columns = {
        goal.name: pd.Series(labels[goal.name]) if goal.classes else pd.Series(labels[goal.name].astype(float))
        for goal in goals
    }

    if len(columns) > 1:
        return pd.DataFrame(columns)

    return next(iter(columns.values()), None)
