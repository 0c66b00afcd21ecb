r"""Rows that are worth a person's time: to label next, and labels to look at again. Each comes with one reason."""

from __future__ import annotations

__all__ = ["doubtful", "suggested"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.workflows.explore.beliefs import Belief, Goal

# Candidates, by their doubt, among which the rows are spread over the latent space.
CANDIDATES = 20


def suggested(goal: Goal, belief: Belief, z: NDArray[Any], known: NDArray[np.bool_], n: int) -> list[dict[str, Any]]:
    r"""Returns unlabeled rows that the model is least sure of, apart from each other, as row and reason.

    Arguments:
        goal: The target.
        belief: The beliefs about it.
        z: The latents, with shape (N, D).
        known: Whether each row is labeled, with shape (N,).
        n: The number of rows.
    """

    doubt = doubts(belief)
    open_rows = np.flatnonzero(~known)
    pool = open_rows[np.argsort(-doubt[open_rows])][: max(n * CANDIDATES, 1)]

    if not len(pool):
        return []

    return [{"row": int(row), "reason": reason(goal, belief, row)} for row in apart(z, pool, n)]


def doubts(belief: Belief) -> NDArray[np.float64]:
    """Returns how unsure beliefs are, with shape (N,): the margin of the best class, or the deviation."""

    if belief.chances is None:
        return np.zeros(len(belief.values)) if belief.spread is None else belief.spread

    if belief.chances.shape[1] < 2:
        return 1 - belief.confidence

    best = np.partition(belief.chances, -2, axis=1)[:, -2:]

    return 1 - (best[:, 1] - best[:, 0])


def apart(z: NDArray[Any], pool: NDArray[np.int64], n: int) -> list[int]:
    """Returns rows of a pool that are far from each other: each is the farthest from those before it."""

    chosen = [0]
    distance = np.square(z[pool] - z[pool[0]]).sum(axis=1)

    while len(chosen) < min(n, len(pool)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.square(z[pool] - z[pool[chosen[-1]]]).sum(axis=1))

    return pool[chosen].tolist()


def reason(goal: Goal, belief: Belief, row: int) -> str:
    """Says why a row is worth a label."""

    if belief.chances is None:
        spread = 0.0 if belief.spread is None else belief.spread[row]

        return f"about {belief.values[row]:.3g}, but ±{spread:.2g}"

    first, second = np.argsort(-belief.chances[row])[:2].tolist()
    chances = belief.chances[row]

    return f"{goal.classes[first]} ({chances[first]:.2f}) or {goal.classes[second]} ({chances[second]:.2f})?"


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
