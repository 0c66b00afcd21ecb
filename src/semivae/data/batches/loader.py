r"""Batches of rows in memory, addressed by seed, epoch and step."""

from __future__ import annotations

__all__ = ["Loader"]

import hashlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from semivae.batch import Batch, Labeled
from semivae.data.batches.sparse import SparseTensor
from semivae.data.batches.steps import Steps
from semivae.ranks import ALONE, Ranks, share


@dataclass(frozen=True)
class Loader(Steps):
    r"""Creates a loader of rows in memory.

    Arguments:
        x: The data of all rows, with shape (N, *), dense or sparse.
        y: The label points of the labeled rows, with shape (L, C).
        labeled: The positions of the labeled rows, with shape (L,).
        unlabeled: The positions of the unlabeled rows, with shape (N - L,).
        batch_size, labeled_batch, seed, ranks: As for :class:`Steps`.
        draws: Whether each step draws pixels of 0 or 1, with the grey levels in :py:`x` as probabilities.
        frozen: Values of all rows that a stage does not change, with shape (N, *), if its batches have them.
    """

    x: Tensor | SparseTensor
    y: Tensor
    labeled: Tensor
    unlabeled: Tensor
    batch_size: int
    labeled_batch: int
    seed: int
    ranks: Ranks = ALONE
    draws: bool = False
    frozen: Tensor | None = None

    @property
    def digest(self) -> str:
        """The sha256 of the rows and labels, which a resumed run compares."""

        parts = map(bytes_of, (self.x, self.y, self.labeled, self.unlabeled))

        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Yields this process's rows of each batch of an epoch, from step `start` on; the same at each call."""

        random = np.random.default_rng([self.seed, number])
        halves = zip(
            self.order(random, len(self.labeled), self.sizes[0]),
            self.order(random, len(self.unlabeled), self.sizes[1]),
            strict=True,
        )

        for step, (known, unknown) in enumerate(itertools.islice(halves, start, None), start):
            place = (self.seed, number, step, self.ranks.rank)

            yield Batch(
                Labeled(self.rows(self.labeled[known], *place, 0), self.y[known]) if len(known) else None,
                self.rows(self.unlabeled[unknown], *place, 1) if len(unknown) else None,
                frozen=self.frozen_of(torch.cat([self.labeled[known], self.unlabeled[unknown]])),
            )

    def without_labels(self) -> Loader:
        """Returns a loader of the same rows, all of them unlabeled, so that no step repeats the labeled ones."""

        none = self.labeled[:0]

        return replace(self, y=self.y[:0], labeled=none, unlabeled=torch.cat([self.unlabeled, self.labeled]))

    def frozen_of(self, positions: Tensor) -> Tensor | None:
        """Returns the frozen values of rows at positions of shape (B,), if there are any, with shape (B, *)."""

        return None if self.frozen is None else self.frozen.index_select(0, positions)

    def rows(self, positions: Tensor, *seed: int) -> Tensor:
        r"""Returns the rows of a step, with shape (B, *).

        Arguments:
            positions: Their positions, with shape (B,).
            seed: The numbers that the draw of their pixels depends on.
        """

        # Indexing by brackets takes twice as long.
        rows = self.x.index_select(0, positions)

        if not self.draws:
            return rows

        uniform = torch.from_numpy(np.random.default_rng(seed).random(rows.shape, dtype=np.float32))

        return (uniform.to(rows.device) < rows).to(rows.dtype)

    def order(self, random: np.random.Generator, rows: int, size: int) -> Tensor:
        """Returns the positions of each step, with shape (steps, size / ranks): whole passes, each in new order."""

        needed = len(self) * size
        passes = [random.permutation(rows) for _ in range(math.ceil(needed / rows) if rows else 0)]
        order = np.concatenate(passes)[:needed] if passes else np.empty(0, dtype=np.int64)

        return torch.from_numpy(order).reshape(len(self), size)[:, share(size, self.ranks)].to(self.x.device)


def bytes_of(part: Tensor | SparseTensor) -> bytes:
    """Returns all numbers as bytes."""

    return part.tobytes() if isinstance(part, SparseTensor) else part.cpu().contiguous().numpy().tobytes()
