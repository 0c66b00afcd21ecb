r"""Rows that are worth a person's time: to label next, and labels to look at again. Each comes with one reason."""

from __future__ import annotations

__all__ = ["doubtful", "suggested"]

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semivae.workflows.explore.beliefs import Belief, Goal

if TYPE_CHECKING:
    from semivae.trust.doubt import Doubt


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


def doubtful(goal: Goal, belief: Belief, labels: NDArray[Any], n: int = 50) -> list[dict[str, Any]]:
    r"""Returns labeled rows whose label the model contradicts, most doubtful first, as row and reason.

    Arguments:
        goal: The target.
        belief: The beliefs about it.
        labels: The labels, with shape (N,), None where unlabeled.
        n: The most rows.
    """

    rows = np.flatnonzero([label is not None for label in labels])
    found: list[tuple[float, dict[str, Any]]] = []

    for row in rows.tolist():
        if belief.chances is None:
            spread = 0.0 if belief.spread is None else float(belief.spread[row])
            far = abs(float(labels[row]) - float(belief.values[row])) / max(spread, 1e-12)

            if far > 3:
                words = f"labeled {labels[row]:.3g}, the model says {belief.values[row]:.3g} ±{spread:.2g}"
                found.append((far, {"row": row, "reason": words}))

            continue

        guess = goal.classes[int(belief.values[row])]

        if guess != labels[row] and belief.confidence[row] > 0.5:
            words = f"labeled {labels[row]}, the model says {guess} ({belief.confidence[row]:.2f})"
            found.append((float(belief.confidence[row]), {"row": row, "reason": words}))

    return [entry for _, entry in sorted(found, key=lambda pair: -pair[0])][:n]
