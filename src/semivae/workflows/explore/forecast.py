r"""The accuracy that more labels would bring, as a curve with its band."""

from __future__ import annotations

__all__ = ["forecast"]

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.errors import SettingError
from semivae.workflows.explore.refit import Say

if TYPE_CHECKING:
    from semivae.fitted import Fitted

# The points of the curve, and how far it goes on: so many times the labels that there are.
POINTS, FARTHER = 25, 2.0


def forecast(estimator: Fitted, X: Any, y: Any, say: Say, asked: Callable[[], bool]) -> dict[str, Any]:
    r"""Measures a model on subsets of labels and forecasts its accuracy, or R2, with more of them.

    Arguments:
        estimator: The model.
        X: The rows of its fit.
        y: Their labels, missing where unlabeled.
        say: Gets the number of fits that are done and of all fits.
        asked: Whether to stop.

    Raises:
        DataError: If fewer than 20 rows are labeled.
        KeyboardInterrupt: If it was stopped.
        SettingError: If the model has no target, or several.
    """

    from semivae.estimators.rows.target import encoded
    from semivae.fitted import Classifier, Regressor
    from semivae.workflows.budget import budget_of

    if not isinstance(estimator, Classifier | Regressor):
        raise SettingError(
            "the model has no target, or several", "a forecast is of one class or number", "fit one target"
        )

    def told(done: int, count: int) -> None:
        if asked():
            raise KeyboardInterrupt

        say({"kind": "fit", "fit": done, "fits": count})

    found = budget_of(estimator, X, encoded(estimator, y), told=told)
    sizes = np.unique(np.linspace(found.sizes.min(), FARTHER * found.labels, POINTS).astype(int))
    curve = [found.at(int(size)) for size in sizes]

    return {
        "sentence": found.sentence(20),
        "labels": found.labels,
        # An error becomes an accuracy, or an R2, so that the ends of its band change places.
        "curve": [
            {"labels": one.labels, "value": 1 - one.error, "low": 1 - one.high, "high": 1 - one.low} for one in curve
        ],
        "measured": [{"labels": size, "value": 1 - error} for size, error, _ in found.measured()],
    }
