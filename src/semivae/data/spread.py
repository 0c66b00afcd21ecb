r"""Labels that spread along a graph of nearest rows, as :py:`semivae.objectives.neighbors` lends them.

References:
    | Learning with Local and Global Consistency (Zhou et al., 2003)
    | https://papers.nips.cc/paper/2506-learning-with-local-and-global-consistency
"""

from __future__ import annotations

__all__ = ["Spread", "spread"]

import warnings
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from semivae.data.split import stratified_folds

# The share of the rows of a class that get a label, how much of it comes from neighbors, and how far it spreads, in
# edges. On hidden labels of MNIST 0.3% of what so is lent was wrong, and 4% of what the nearest of each label got.
SUREST, SPREADING, STEPS = 0.5, 0.99, 60

# In how many parts labels are held out, one after another, to see whether neighbors tell them.
FOLDS = 5


@dataclass(frozen=True)
class Spread:
    r"""Labels that spread along the graph of nearest rows.

    Attributes:
        positions: The unlabeled rows of each class that are surest of it, with shape (M,).
        codes: The codes of the classes of these, with shape (M,).
        agreement: How far labels that are held out agree with what spreads from the others, beyond chance: 1 for
            entirely, 0 for not at all (kappa); 1 where labels of fewer than two classes can be held out.
    """

    positions: NDArray[np.int64]
    codes: NDArray[np.int64]
    agreement: float


def spread(x: NDArray[Any], y: NDArray[np.int64], count: int) -> Spread:
    r"""Spreads labels along the graph of nearest rows.

    Arguments:
        x: The rows, with shape (N, width).
        y: Their codes, with shape (N,); -1 where unlabeled.
        count: To how many nearest rows each is joined, fewer than N.

    Returns:
        What is lent, and how far it is to be believed.
    """

    from sklearn.neighbors import kneighbors_graph

    near = kneighbors_graph(x, count)
    # With one half alone the graph would lead to where rows are dense and hardly back.
    graph = near + near.T
    codes, sureness = along(graph, y)
    lent = []

    for code in np.unique(y[y >= 0]):
        rows = np.flatnonzero((codes == code) & (y < 0))
        best = np.argsort(-sureness[rows], kind="stable")[: round(SUREST * len(rows))]
        lent.append(rows[best])

    positions = np.sort(np.concatenate(lent))

    return Spread(positions, codes[positions], agreement(graph, y))


def along(graph: Any, y: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns the code that each row gets along a graph, -1 where none reaches it, and how sure it is, each (N,)."""

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.semi_supervised import LabelSpreading

    with warnings.catch_warnings():
        # More steps would say less: in the end a label is everywhere.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # A function is a kernel, too, though the type says otherwise.
        found = LabelSpreading(cast("Any", lambda *_: graph), alpha=SPREADING, max_iter=STEPS).fit(y[:, None], y)

    shares = found.label_distributions_
    sureness = shares.max(axis=1)

    return np.where(sureness > 0, found.classes_[shares.argmax(axis=1)], -1), sureness


def agreement(graph: Any, y: NDArray[np.int64]) -> float:
    """Returns how far labels agree with what spreads from others, beyond chance."""

    from sklearn.metrics import cohen_kappa_score

    known = np.flatnonzero(y >= 0)
    folds = stratified_folds(y[known], FOLDS, seed=0) or []
    tested = known[np.concatenate([known[:0], *(test for _, test in folds)])]

    if len(np.unique(y[tested])) < 2:
        return 1.0

    told = []

    for _, test in folds:
        hidden = y.copy()
        hidden[known[test]] = -1
        told.append(along(graph, hidden)[0][known[test]])

    return max(0.0, float(cohen_kappa_score(y[tested], np.concatenate(told))))
