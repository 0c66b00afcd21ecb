r"""The sizes of steps and epochs, the same for rows in memory and on disk.

An epoch is one pass over all rows. The few labeled rows repeat as often as needed, so that every step has both labeled
and unlabeled rows.
"""

from __future__ import annotations

__all__ = ["Steps", "steps_in"]

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

        return sizes_of(*self.counts, self.batch_size, self.labeled_batch, self.ranks.count)

    @property
    def counts(self) -> tuple[int, int]:
        """The number of labeled and of unlabeled rows."""

        return len(self.labeled), len(self.unlabeled)

    def __len__(self) -> int:
        """The number of steps per epoch: enough to see every row, labeled or not."""

        return steps_in(*self.counts, self.batch_size, self.labeled_batch, self.ranks.count)


def steps_in(labeled: int, unlabeled: int, batch_size: int, labeled_batch: int, processes: int = 1) -> int:
    r"""Returns the number of steps of an epoch, in which every row is seen, labeled or not.

    Arguments:
        labeled: The number of labeled rows.
        unlabeled: The number of other rows.
        batch_size: As of :class:`Steps`.
        labeled_batch: As of :class:`Steps`.
        processes: How many processes share each batch.
    """

    sizes = sizes_of(labeled, unlabeled, batch_size, labeled_batch, processes)

    return max(
        (math.ceil(rows / size) for rows, size in zip((labeled, unlabeled), sizes, strict=True) if size), default=1
    )


def sizes_of(labeled: int, unlabeled: int, batch_size: int, labeled_batch: int, processes: int) -> tuple[int, int]:
    """Returns the numbers of labeled and unlabeled rows of a step, of all processes together."""

    most = labeled_batch if unlabeled else batch_size

    return divisible(min(most, labeled), processes), divisible(min(batch_size, unlabeled), processes)


def divisible(size: int, processes: int) -> int:
    """Returns a size near the given one that the processes divide; nothing stays nothing."""

    return max(1, size // processes) * processes if size else 0
