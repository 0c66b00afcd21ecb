r"""How well each of several targets is predicted."""

from __future__ import annotations

__all__ = ["evaluated"]

from typing import Any


def evaluated(estimator: Any, x: Any, y: Any) -> dict[str, dict[str, Any]]:
    """Returns how well each of several targets is predicted, on the rows where it is known."""

    import numpy as np

    from semivae.evaluation import classification, regression

    points = estimator._labels.encode(estimator._labels.table(y))
    truth = estimator._labels.decode(np.nan_to_num(points))
    predicted = np.asarray(estimator.predict(x)).T
    ends = zip(*(np.asarray(end, dtype=float).T for end in estimator.predict_interval(x)), strict=True)
    beliefs = zip(estimator.classes_, estimator.predict_proba(x), strict=True)
    found: dict[str, dict[str, Any]] = {}

    for part, column, values in zip(estimator.schema_.targets, points.T, predicted, strict=True):
        known = ~np.isnan(column)
        given = truth[part.name].to_numpy()[known]

        if not part.classes:
            low, high = next(ends)
            measured = regression(given, values[known].astype(float), low[known], high[known]) if known.any() else {}
        else:
            classes, table = next(beliefs)
            measured = classification(given, table[known], classes) if known.any() else {}

        found[part.name] = {"n": int(known.sum()), **measured}

    return found
