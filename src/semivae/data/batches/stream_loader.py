r"""Batches of rows on disk, addressed by seed, epoch and step. Memory does not grow with the number of rows.

A pass takes blocks of contiguous rows in a random order. Many blocks make a window, and the rows of a window are
shuffled. Seed, epoch and the number of the pass determine the order, so that reading one window reaches any step.
"""

from __future__ import annotations

__all__ = ["BLOCK", "StreamLoader"]

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semivae.batch import Batch, Labeled
from semivae.data.batches.steps import Steps
from semivae.data.stream.ingest import Stored, StoredSplit
from semivae.ranks import ALONE, Ranks, share

BLOCK = 2**18  # bytes of a block: 1,024 rows of 64 columns
WINDOW = 64  # blocks of a window: 16 MiB

T = TypeVar("T")


@dataclass(frozen=True)
class StreamLoader(Steps):
    r"""Creates a loader of rows on disk.

    Arguments:
        split: The rows.
        classes: The number of classes; 0 for a real target.
        batch_size, labeled_batch, seed, ranks: As for :class:`Steps`.
        block: Bytes of contiguous rows that are read at once.
    """

    split: StoredSplit
    classes: int
    batch_size: int
    labeled_batch: int
    seed: int
    ranks: Ranks = ALONE
    block: int = BLOCK

    @property
    def labeled(self) -> Stored:
        """The labeled rows."""

        return self.split.labeled

    @property
    def unlabeled(self) -> Stored:
        """The unlabeled rows."""

        return self.split.unlabeled

    @property
    def digest(self) -> str:
        """The sha256 of the rows and labels, from the checksums of their files, which the cache checks."""

        return hashlib.sha256("".join(rows.sha256 for rows in self.split.files).encode()).hexdigest()

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Yields this process's rows of each batch of an epoch, from step `start` on; the same at each call."""

        split = self.split

        with ThreadPoolExecutor(1) as pool:
            known = self.half((split.labeled, split.labels), self.sizes[0], (self.seed, number, 0), pool)
            unknown = self.half((split.unlabeled,), self.sizes[1], (self.seed, number, 1), pool)

            for labeled, unlabeled in zip(known.steps(start), unknown.steps(start), strict=True):
                yield Batch(
                    Labeled(labeled[0], self.points(labeled[1])) if labeled else None,
                    unlabeled[0] if unlabeled else None,
                )

    def half(self, files: tuple[Stored, ...], size: int, seed: tuple[int, ...], pool: ThreadPoolExecutor) -> Half:
        """Returns the labeled or the unlabeled half of an epoch."""

        block = max(1, self.block // (4 * files[0].width))

        return Half(files, block, len(self), size, self.ranks, seed, pool)

    def points(self, labels: Tensor) -> Tensor:
        """Returns the label points of codes with shape (B, 1), as (B, C); scaled values stay (B, 1)."""

        return torch.eye(self.classes)[labels[:, 0].long()] if self.classes else labels


class Pass(NamedTuple):
    r"""The order of the blocks in one pass over the rows.

    Attributes:
        number: The number of the pass in its epoch.
        blocks: The position of each block in the order of the pass.
        bounds: The position of the first row of each window, then the number of rows.
    """

    number: int
    blocks: NDArray[np.int64]
    bounds: NDArray[np.int64]


class Piece(NamedTuple):
    """The part of a step in one window: the rows from low to high in the order of the window."""

    step: int
    order: Pass
    window: int
    low: int
    high: int

    @property
    def place(self) -> tuple[int, int]:
        """The numbers of its pass and its window."""

        return self.order.number, self.window


@dataclass(frozen=True)
class Half:
    r"""The labeled or the unlabeled half of an epoch.

    Attributes:
        files: The rows, and their labels in the labeled half, row by row.
        block: Rows per block.
        length: Steps per epoch.
        size: Rows per step, over all processes; 0 if there are none.
        ranks: The place of this process among the processes that share each step.
        seed: Random seed of the order.
        pool: The thread that reads the next window.
    """

    files: tuple[Stored, ...]
    block: int
    length: int
    size: int
    ranks: Ranks
    seed: tuple[int, ...]
    pool: ThreadPoolExecutor

    def steps(self, start: int) -> Iterator[list[Tensor]]:
        """Yields a list per step from `start` on: the rows of each file, with shape (B, *); empty without rows."""

        if not self.size:
            yield from ([] for _ in range(start, self.length))
            return

        places = (next(pieces) for _, pieces in groupby(self.pieces(start), attrgetter("place")))
        windows = ahead(self.pool, (partial(self.window, piece) for piece in places))
        place, rows, order = None, [], np.empty(0, dtype=np.int64)

        for _, pieces in groupby(self.pieces(start), itemgetter(0)):
            parts = []

            for piece in pieces:
                if piece.place != place:
                    rows = []  # free their memory before the window after the next is read
                    place, (rows, order) = piece.place, next(windows)

                parts.append([file[order[piece.low : piece.high]] for file in rows])

            yield [torch.from_numpy(np.concatenate(columns)) for columns in zip(*parts, strict=True)]

    def pieces(self, start: int) -> Iterator[Piece]:
        """Yields the pieces with the rows of this process, step by step, over as many passes as needed."""

        rows, mine = len(self.files[0]), share(self.size, self.ranks)
        order = None

        for step in range(start, self.length):
            first, last = step * self.size + mine.start, step * self.size + mine.stop

            while first < last:
                number, place = divmod(first, rows)
                order = order if order and order.number == number else self.order(number)
                window = int(np.searchsorted(order.bounds, place, side="right")) - 1
                low, end = place - order.bounds[window], order.bounds[window + 1] - order.bounds[window]
                high = min(end, low + last - first)

                yield Piece(step, order, window, int(low), int(high))
                first += int(high - low)

    def order(self, number: int) -> Pass:
        """Draws the order of the blocks in a pass."""

        rows = len(self.files[0])
        count = math.ceil(rows / self.block)
        blocks = np.random.default_rng([*self.seed, number]).permutation(count)

        # The last block of the file may be shorter, and the order may put it anywhere.
        ends = np.minimum(np.arange(0, count + WINDOW, WINDOW), count)
        short = int(np.flatnonzero(blocks == count - 1)[0])
        bounds = ends * self.block - (ends > short) * (count * self.block - rows)

        return Pass(number, blocks, bounds)

    def window(self, piece: Piece) -> tuple[list[NDArray[np.float32]], NDArray[np.int64]]:
        """Reads a window: its rows from each file, and their order."""

        number, window = piece.place
        blocks = piece.order.blocks[window * WINDOW : (window + 1) * WINDOW]
        rows = [np.concatenate([file.read(int(b) * self.block, self.block) for b in blocks]) for file in self.files]

        return rows, np.random.default_rng([*self.seed, number, window]).permutation(len(rows[0]))


def ahead(pool: ThreadPoolExecutor, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
    """Yields the results of tasks; the next task runs while a result is in use."""

    running: Future[T] | None = None

    for task in tasks:
        upcoming = pool.submit(task)

        if running is not None:
            yield running.result()

        running = upcoming

    if running is not None:
        yield running.result()
