r"""Rows that are worth a person's time: to label next, and labels to look at again. Each comes with one reason."""

from __future__ import annotations

__all__ = ["doubtful", "suggested"]

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semivae.workflows.explore.beliefs import Belief, Goal

if TYPE_CHECKING:
    from semivae.fitted import Fitted
    from semivae.trust.doubt import Doubt

# A label is doubted if another class is at least this probable, or a number lies so many deviations from its mean.
SURE, FAR = 0.5, 3.0


def suggested(goal: Goal, belief: Belief, z: NDArray[Any], known: NDArray[np.bool_], n: int) -> list[dict[str, Any]]:
    r"""Returns rows to label next, the most useful first, as row and reason; none if all are labeled.

    Arguments:
        goal: The target.
        belief: The beliefs about it.
        z: The latents, with shape (N, D).
        known: Whether each row is labeled, with shape (N,).
        n: The number of rows.
    """

    from semivae.trust.suggest import suggest

    if known.all():
        return []

    return [{"row": one.row, "reason": one.reason} for one in suggest(z, known, doubt_of(goal, belief), n)]


def doubt_of(goal: Goal, belief: Belief) -> Doubt | None:
    """Returns the doubt of beliefs; None where they have none."""

    from semivae.trust.doubt import DoubtOfClasses, DoubtOfValues

    if belief.chances is not None:
        return DoubtOfClasses(belief.chances, np.array(goal.classes, dtype=object))

    return None if belief.spread is None else DoubtOfValues(belief.spread)


def doubtful(estimator: Fitted, X: Any, y: Any, n: int = 50) -> list[dict[str, Any]]:
    r"""Returns labels that fits without them find improbable, most doubtful first, as row and reason.

    Arguments:
        estimator: The model.
        X: The rows.
        y: Their labels, missing where unlabeled, with shape (N,). Classes that the model does not know are left out.
        n: The most rows.

    Raises:
        DataError: If no label can be held out.
        SettingError: If the model has several targets or none.
    """

    from semivae.workflows.doubt import ranked

    classes = estimator.schema_.target.classes if len(estimator.schema_.targets) == 1 else None
    table: Any = ranked(estimator, X, y.where(y.isin(classes), None) if classes else y)

    if classes:
        doubted = table[(table["suggested"] != table["label"]) & (table["suggested_probability"] > SURE)]
        words = "labeled {}, without this label the model says {} ({:.2f})"
    else:
        doubted = table[table["deviations"].abs() > FAR]
        words = "labeled {:.3g}, without this label the model says {:.3g} ({:+.1f} deviations)"

    columns = ["row", "label", "suggested", doubted.columns[-1]]
    rows = doubted[columns].head(n).itertuples(index=False, name=None)

    return [{"row": row, "reason": words.format(*told)} for row, *told in rows]
