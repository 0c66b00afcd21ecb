r"""The place of a process among those that train a model together.

The processes share every batch in equal, contiguous parts. Each draws its own noise for its own rows. Values that
depend on all rows of a batch are averaged or gathered over the processes, by name, where they are used.
"""

from __future__ import annotations

__all__ = ["ALONE", "Ranks", "launched", "share"]

import os
from typing import NamedTuple

import torch
from torch import Tensor


class Ranks(NamedTuple):
    r"""The place of a process in a run. A run of one process has nothing to send.

    Attributes:
        rank: The number of the process, from 0.
        count: The number of processes.
    """

    rank: int = 0
    count: int = 1

    def gathered(self, rows: Tensor) -> Tensor:
        r"""Collects the rows of all processes, in the order of the batch and without gradient.

        Arguments:
            rows: The rows of this process, with shape (B, *); B is the same in all processes.

        Returns:
            All rows, with shape (count B, *).
        """

        if self.count == 1:
            return rows

        parts = [torch.empty_like(rows) for _ in range(self.count)]
        torch.distributed.all_gather(parts, rows.detach().contiguous())

        return torch.cat(parts)

    def averaged(self, value: Tensor) -> Tensor:
        r"""Averages a value over all processes.

        The gradient is that of this process's own value: DistributedDataParallel averages gradients afterwards.
        """

        if self.count == 1:
            return value

        mean = value.detach().clone()
        torch.distributed.all_reduce(mean)

        return mean / self.count + (value - value.detach())


ALONE = Ranks()


def launched() -> Ranks:
    """Reads the place that torchrun gave to this process; without torchrun it is the only one."""

    return Ranks(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))


def share(size: int, ranks: Ranks) -> slice:
    """Selects this process's part of a batch; the number of processes divides the size of the batch."""

    part = size // ranks.count

    return slice(ranks.rank * part, (ranks.rank + 1) * part)
