r"""The rows that a fitted estimator would have labeled next."""

from __future__ import annotations

__all__ = ["doubt_of", "suggested"]

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.labels.single import labels_of
from semivae.data.labels.table import TargetLabels
from semivae.errors import DataError
from semivae.estimators.rows.target import is_known, matched
from semivae.fitted import Classifier, Fitted, Predictor, Regressor
from semivae.trust.doubt import Doubt, DoubtOfClasses, DoubtOfSeveral, DoubtOfValues
from semivae.trust.suggest import suggest

# The coverage of a normal interval that reaches one standard deviation to each side.
ONE_DEVIATION = 0.6827


def suggested(fitted: Fitted, X: Any, y: Any, n: int) -> pd.DataFrame:
    r"""Returns the rows to label next, the most useful first.

    Arguments:
        fitted: The estimator.
        X: The rows.
        y: Their labels, with markers where missing; None if no row has one.
        n: The number of suggestions.

    Returns:
        One row for each suggestion, with the attributes of :class:`semivae.trust.Suggestion`.

    Raises:
        DataError: If every row has a label.
    """

    latents = fitted.transform(X)
    known = np.zeros(len(latents), bool) if y is None else labeled(fitted, X, y)

    if known.all():
        raise DataError(
            f"all {len(known):,} rows have a label",
            "labels are suggested for rows without one",
            "give rows without a label, or mark labels that are not known: None or NaN",
        )

    found = suggest(latents, known, doubt_of(fitted, X), n)

    return pd.DataFrame([vars(one) for one in found])


def labeled(fitted: Fitted, X: Any, y: Any) -> NDArray[np.bool_]:
    """Returns the mask of rows with a label, with shape (N,); of several targets, one known is enough."""

    markers = getattr(fitted, "missing_label", None)

    if isinstance(fitted, Predictor):
        targets = TargetLabels(fitted.schema_.target, markers)

        return np.asarray(~np.isnan(targets.encode(matched(X, y, targets.table))).all(axis=1))

    if (variable := fitted.schema_.y) is not None:
        markers = labels_of(variable, markers).missing_label

    return is_known(matched(X, y), markers)


def doubt_of(fitted: Fitted, X: Any) -> Doubt | None:
    """Returns the doubt of an estimator about the targets of rows; None without a target."""

    match fitted:
        case Predictor():
            return DoubtOfSeveral(dict(doubts(fitted, X)))
        case Classifier():
            return DoubtOfClasses(fitted.predict_proba(X), fitted.classes_)
        case Regressor():
            return DoubtOfValues(fitted.predict(X, return_std=True)[1])
        case _:
            return None


def doubts(fitted: Predictor, X: Any) -> Iterator[tuple[str, Doubt]]:
    """Yields the name of each of several targets and the doubt about it."""

    classes = zip(fitted.predict_proba(X), fitted.classes_, strict=True)
    low, high = (np.asarray(end, dtype=float).T for end in fitted.predict_interval(X, ONE_DEVIATION))
    deviations = iter((high - low) / 2)

    for part in fitted.schema_.targets:
        yield part.name, DoubtOfClasses(*next(classes)) if part.classes else DoubtOfValues(next(deviations))
