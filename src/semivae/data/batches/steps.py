r"""How many rows a step has, and how many steps an epoch: the same for rows in memory and on disk.

An epoch is one pass over all rows. Labeled rows are few and are drawn again as often as it takes, whatever the
ratio of labeled to unlabeled rows, so that every step has both.
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
        unlabeled: The other rows.
        batch_size: Unlabeled rows of a step (of the labeled rows, if all are labeled), of all processes together.
        labeled_batch: Labeled rows of a step, at most, of all processes together.
        seed: What the order of the rows is drawn from.
        ranks: The processes that share each batch, of which this is one. They get the same number of rows each, so
            that a size that they do not divide is rounded down (but not below one row each).
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
        """The sha256 of the rows and labels, by which a continued run knows them."""

    @abc.abstractmethod
    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Yields the batches of an epoch from a step on, the same at each call: of each, the rows of this process."""

    @property
    def sizes(self) -> tuple[int, int]:
        """How many labeled and unlabeled rows a step has, of all processes together."""

        most = self.labeled_batch if len(self.unlabeled) else self.batch_size

        return self.divisible(min(most, len(self.labeled))), self.divisible(min(self.batch_size, len(self.unlabeled)))

    def divisible(self, size: int) -> int:
        """Returns a size near the given one that the processes divide; nothing stays nothing."""

        return max(1, size // self.ranks.count) * self.ranks.count if size else 0

    def __len__(self) -> int:
        """How many steps an epoch has: enough for every row, labeled or not, to be seen."""

        counts = (len(self.labeled), len(self.unlabeled))

        return max(math.ceil(rows / size) for rows, size in zip(counts, self.sizes, strict=True) if size)
