r"""From rows to steps: batches addressed by seed, epoch and step, in fixed sizes.

An epoch is one pass over all rows. Labeled rows are few and are drawn again as often as it takes, whatever the
ratio of labeled to unlabeled rows, so that every step has both.
"""

from __future__ import annotations

__all__ = ["Loader"]

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from semivae.batch import Batch, Labeled


@dataclass(frozen=True)
class Loader:
    r"""Creates a loader of rows in memory.

    Arguments:
        x: The data of all rows, with shape (N, *).
        y: The label points of the labeled rows, with shape (L, C).
        labeled: The positions of the labeled rows, with shape (L,).
        unlabeled: The positions of the unlabeled rows, with shape (N - L,).
        batch_size: Unlabeled rows of a step (of the labeled rows, if all are labeled).
        labeled_batch: Labeled rows of a step, at most.
        seed: What the order of the rows is drawn from.
    """

    x: Tensor
    y: Tensor
    labeled: Tensor
    unlabeled: Tensor
    batch_size: int
    labeled_batch: int
    seed: int

    @property
    def sizes(self) -> tuple[int, int]:
        """How many labeled and unlabeled rows a step has."""

        most = self.labeled_batch if len(self.unlabeled) else self.batch_size

        return min(most, len(self.labeled)), min(self.batch_size, len(self.unlabeled))

    def __len__(self) -> int:
        """How many steps an epoch has: enough for every row, labeled or not, to be seen."""

        counts = (len(self.labeled), len(self.unlabeled))

        return max(math.ceil(rows / size) for rows, size in zip(counts, self.sizes, strict=True) if size)

    def epoch(self, number: int) -> Iterator[Batch]:
        """Yields the batches of an epoch, the same at each call."""

        random = np.random.default_rng([self.seed, number])
        halves = zip(
            self.order(random, len(self.labeled), self.sizes[0]),
            self.order(random, len(self.unlabeled), self.sizes[1]),
            strict=True,
        )

        for known, unknown in halves:
            yield Batch(
                Labeled(self.x[self.labeled[known]], self.y[known]) if len(known) else None,
                self.x[self.unlabeled[unknown]] if len(unknown) else None,
            )

    def order(self, random: np.random.Generator, rows: int, size: int) -> Tensor:
        """Returns positions for each step, with shape (steps, size): whole passes, each in a new order."""

        needed = len(self) * size
        passes = [random.permutation(rows) for _ in range(math.ceil(needed / rows) if rows else 0)]
        order = np.concatenate(passes)[:needed] if passes else np.empty(0, dtype=np.int64)

        return torch.from_numpy(order).reshape(len(self), size)
