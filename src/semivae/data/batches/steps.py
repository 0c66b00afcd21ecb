r"""The sizes of steps and epochs, the same for rows in memory and on disk.

An epoch is one pass over all rows. The few labeled rows repeat as often as needed, so that every step has both labeled
and unlabeled rows.
"""

from __future__ import annotations

__all__ = ["Steps"]

import abc
import math
from collections.abc import Iterator, Sized

from semivae.batch import Batch
from semivae.ranks import Ranks


class Steps(abc.ABC):
    r"""Abstract loader: rows in steps of fixed sizes, addressed by seed, epoch and step.

    Attributes:
        labeled: The labeled rows.
        unlabeled: The unlabeled rows.
        batch_size: Unlabeled rows per step (labeled rows, if all are labeled), over all processes.
        labeled_batch: Labeled rows per step, at most, over all processes.
        seed: Random seed of the order of the rows.
        ranks: The place of this process among the processes that share each batch. All get the same number of rows, so
            sizes are rounded down to a multiple of the number of processes (at least one row each).
    """

    labeled: Sized
    unlabeled: Sized
    batch_size: int
    labeled_batch: int
    seed: int
    ranks: Ranks

    @property
    @abc.abstractmethod
    def digest(self) -> str:
        """The sha256 of the rows and labels, which a resumed run compares."""

    @abc.abstractmethod
    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Yields this process's rows of each batch of an epoch, from step `start` on; the same at each call."""

    @property
    def sizes(self) -> tuple[int, int]:
        """The labeled and the unlabeled rows per step, over all processes."""

        most = self.labeled_batch if len(self.unlabeled) else self.batch_size

        return self.divisible(min(most, len(self.labeled))), self.divisible(min(self.batch_size, len(self.unlabeled)))

    def divisible(self, size: int) -> int:
        """Returns the size as a multiple of the number of processes, at least one row each; 0 stays 0."""

        return max(1, size // self.ranks.count) * self.ranks.count if size else 0

    def __len__(self) -> int:
        """The number of steps per epoch: enough to see every row, labeled or not."""

        counts = (len(self.labeled), len(self.unlabeled))

        return max(math.ceil(rows / size) for rows, size in zip(counts, self.sizes, strict=True) if size)
