r"""The rows to label next: rows that are uncertain, that many other rows resemble, and that differ from each other.

The value of a set S of labeled rows is the doubt that it covers in the latent,

.. math:: V(S) = \sum_i d_i \max_{s \in S} k(z_i, z_s), \quad k(z, z') = e^{-|z - z'|^2 / r^2},

with :math:`d_i` the doubt about row i. Rows are taken one by one, each the row that adds most; the labels that are
there count as taken. So a row in a dense region of uncertain rows comes first, and no two suggestions are alike.

The radius r is the distance within which a row has :math:`N / 2L` neighbors, with L the number of labels, the new ones
included. With few labels it is wide, so that coverage decides; it shrinks as labels grow, and doubt decides.

References:
    | Uncertainty Herding: One Active Learning Method for All Label Budgets (Bae et al., 2024)
    | https://arxiv.org/abs/2412.20644
"""

from __future__ import annotations

__all__ = ["Suggestion", "suggest"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from semivae.errors import SettingError
from semivae.trust.doubt import Doubt

Values = NDArray[np.float64]

# Distances between all rows take memory and time quadratic in their number; so many rows show where rows are dense.
MOST = 3000

# Below this a row is not like any labeled row; half of the kernel is a distance of 0.8 radii.
ALIKE = 0.5


@dataclass(frozen=True)
class Suggestion:
    r"""A row to label.

    Attributes:
        row: Its position among the rows.
        score: The doubt that its label would cover, as a share of all doubt that is left, in [0, 1].
        doubt: How unsure the model is of the row: 0 is sure.
        stands_for: The number of unlabeled rows within the radius, itself included, that no other suggestion is nearer
            to.
        reason: Why, in plain words.
    """

    row: int
    score: float
    doubt: float
    stands_for: int
    reason: str


def suggest(
    latents: Values, known: NDArray[np.bool_], doubt: Doubt | None = None, n: int = 20, seed: int = 0
) -> list[Suggestion]:
    r"""Returns the rows to label next, the most useful first. The same at each call.

    Arguments:
        latents: The latents of the rows, with shape (N, D).
        known: Marks the rows that have a label, with shape (N,).
        doubt: The doubt of the model about each row; without one, all rows count equally.
        n: The number of suggestions; fewer if there are fewer rows without a label.
        seed: The seed of the draw of candidates, if there are more than 3,000.

    Raises:
        SettingError: If n is not at least 1.
    """

    if n < 1:
        raise SettingError(f"n={n}", "at least one row is suggested", "n=20")

    random = np.random.default_rng(seed)
    candidates, labeled = (np.sort(random.permutation(np.flatnonzero(rows))[:MOST]) for rows in (~known, known))
    n = min(n, len(candidates))

    if not n:
        return []

    z, doubts = latents[candidates], np.ones(len(candidates)) if doubt is None else doubt.values()[candidates]
    distances = np.asarray(cdist(z, z, "sqeuclidean"), dtype=np.float64)
    # A model that is sure of every row still needs an order.
    doubts = np.maximum(doubts, np.finfo(np.float32).eps)
    width = squared_radius(distances, (len(candidates) + len(labeled)) / (2 * (len(labeled) + n)))
    covered = covered_by(z, latents[labeled], width)
    taken, gains = greedy(np.exp(-distances / width), doubts, covered, n)
    usual, near = np.median(doubts), distances[:, taken]
    served = np.bincount(near.argmin(axis=1)[near.min(axis=1) <= width], minlength=n)
    served = np.rint(served * (~known).sum() / len(candidates)).astype(int)

    return [
        Suggestion(
            int(candidates[place]),
            float(gain),
            float(doubts[place]),
            int(stands),
            reason(
                *(doubt, int(candidates[place]), bool(doubts[place] > usual)),
                *(len(labeled) > 0 and bool(covered[place] < ALIKE), int(stands)),
            ),
        )
        for place, gain, stands in zip(taken, gains, served, strict=True)
    ]


def squared_radius(distances: Values, neighbors: float) -> float:
    """Returns the median squared distance to the row that has so many rows nearer, given all squared distances."""

    place = min(len(distances) - 1, max(1, int(neighbors)))
    found = float(np.median(np.partition(distances, place, axis=1)[:, place]))

    return max(found, np.finfo(float).tiny)


def covered_by(z: Values, labeled: Values, width: float) -> Values:
    """Returns the kernel between each row and the labeled row nearest to it, with shape (N,); 0 without labels."""

    return np.exp(-cdist(z, labeled, "sqeuclidean").min(axis=1) / width) if len(labeled) else np.zeros(len(z))


def greedy(kernel: Values, doubts: Values, covered: Values, n: int) -> tuple[list[int], list[float]]:
    r"""Takes rows one by one, each the row that adds most.

    Arguments:
        kernel: The kernel between all rows, with shape (N, N).
        doubts: The doubt about each row, with shape (N,).
        covered: The kernel between each row and the nearest row that is labeled, with shape (N,).
        n: The number of rows to take.

    Returns:
        The positions of the rows, and the share of the doubt that each adds.
    """

    whole = float(doubts @ (1 - covered)) + np.finfo(float).tiny
    taken: list[int] = []
    gains: list[float] = []
    # Made once, as it is as large as the kernel.
    more = np.empty_like(kernel)

    for _ in range(n):
        added = doubts @ np.maximum(np.subtract(kernel, covered[:, None], out=more), 0, out=more)
        added[taken] = -1
        best = int(added.argmax())
        taken.append(best)
        gains.append(max(0.0, float(added[best])) / whole)
        covered = np.maximum(covered, kernel[:, best])

    return taken, gains


def reason(doubt: Doubt | None, row: int, unsure: bool, far: bool, stands: int) -> str:
    r"""Returns the reason for a row in plain words.

    Arguments:
        doubt: The doubt of the model, if any.
        row: The position of the row.
        unsure: Whether the model doubts it more than most rows.
        far: Whether there are labeled rows, and none near it.
        stands: The number of rows that it stands for.
    """

    like = f"; stands for {stands - 1:,} more {'row' if stands == 2 else 'rows'} like it" if stands > 1 else ""
    reasons = ["no labeled row is near it"] * far

    if doubt is not None and (unsure or not far):
        reasons.append(doubt.said(row))

    return f"{', and '.join(reasons) or 'typical of its neighborhood'}{like}"
