r"""Decision trees as plain arrays, so that a saved model needs neither scikit-learn nor pickle to predict.

A forest taught by 50 labels is 60 kB as arrays, and predicts without the import of scikit-learn.
"""

from __future__ import annotations

__all__ = ["Trees"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from semivae.committee.linear import dense

# Rows whose path is followed at once: one position per row and tree is kept.
BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Trees:
    r"""Creates trees; their prediction is the mean of their leaves.

    Arguments:
        feature: The number that each node compares, with shape (T, nodes); a leaf compares the first.
        threshold: The value it is compared with, with shape (T, nodes).
        left: The next node if the number is at most the threshold, with shape (T, nodes); a leaf leads to itself.
        right: The next node if it is more, with shape (T, nodes).
        value: The prediction at each node, with shape (T, nodes, C).
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]

    @classmethod
    def of(cls, forest: Any) -> Self:
        """Returns the trees of a fitted forest of scikit-learn, padded to the size of the largest."""

        trees = [one.tree_ for one in forest.estimators_]
        most = max(tree.node_count for tree in trees)
        itself = np.arange(most)
        found = []

        for tree in trees:
            size = tree.node_count
            more = (0, most - size)
            leaf = np.pad(tree.children_left, more, constant_values=-1) < 0
            left, right = (
                np.where(leaf, itself, np.pad(side, more)) for side in (tree.children_left, tree.children_right)
            )
            feature = np.where(leaf, 0, np.pad(tree.feature, more))
            threshold = np.where(leaf, 0.0, np.pad(tree.threshold, more))
            found.append((feature, threshold, left, right, np.pad(tree.value[:, 0], (more, (0, 0)))))

        return cls(*(np.stack(part) for part in zip(*found, strict=True)))

    def predict(self, x: Any) -> NDArray[np.float64]:
        """Returns the mean of the leaves of rows with shape (N, F), dense or sparse, with shape (N, C)."""

        # scikit-learn compares single-precision numbers, too.
        starts = range(0, x.shape[0], BLOCK)
        blocks = (dense(x[start : start + BLOCK].astype(np.float32)) for start in starts)

        return np.concatenate([self.mean(block) for block in blocks] or [np.empty((0, self.value.shape[-1]))])

    def mean(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Returns the mean of the leaves of a block of rows."""

        trees, rows = np.arange(len(self.feature)), np.arange(len(x))[:, None]
        node = np.zeros((len(x), len(trees)), dtype=np.int64)

        while True:
            low = x[rows, self.feature[trees, node]] <= self.threshold[trees, node]
            following = np.where(low, self.left[trees, node], self.right[trees, node])

            if (following == node).all():
                return self.value[trees, node].mean(axis=1)

            node = following

    def problem(self, width: int, outputs: int) -> str | None:
        r"""Returns the reason why trees read from a file are impossible, in words, if they are.

        Arguments:
            width: The numbers of a row.
            outputs: The size of a prediction.
        """

        shape = self.feature.shape
        same = all(part.shape == shape for part in (self.threshold, self.left, self.right))

        if len(shape) != 2 or not same or self.value.shape != (*shape, outputs) or not self.feature.size:
            return "its arrays differ in size"

        itself, nodes = np.arange(shape[1]), shape[1]
        # A step that never goes back ends at a leaf.
        onward = all(((itself <= side) & (side < nodes)).all() for side in (self.left, self.right))
        inside = ((self.feature >= 0) & (self.feature < width)).all()

        return None if onward and inside else "a node leads nowhere"
