r"""The rows of one training step: a labeled half and an unlabeled half, as separate tensors of fixed size."""

from __future__ import annotations

__all__ = ["Batch", "Labeled"]

from typing import NamedTuple

import torch
from torch import Tensor

from semivae.ranks import ALONE, Ranks


class Labeled(NamedTuple):
    r"""Rows whose label is known.

    Attributes:
        x: The data, with shape (B, *).
        y: The label points (one-hot for a class, scaled values for a real target), with shape (B, C).
    """

    x: Tensor
    y: Tensor


class Batch(NamedTuple):
    r"""The rows of one step. A half is :py:`None` if the data set has no such rows.

    Attributes:
        labeled: The labeled half.
        unlabeled: The data of the unlabeled half, with shape (B, *).
        ranks: The place of this process among those that share the step; each has a batch of its own rows.
        frozen: Values of all rows, labeled first, that a stage computes once: see :class:`FrozenModel`.
    """

    labeled: Labeled | None
    unlabeled: Tensor | None
    ranks: Ranks = ALONE
    frozen: Tensor | None = None

    @property
    def halves(self) -> list[Tensor]:
        """The data of the halves that the batch has, labeled first."""

        return [x for x in (self.labeled and self.labeled.x, self.unlabeled) if x is not None]

    @property
    def x(self) -> Tensor:
        """The data of all rows, labeled first, with shape (B, *)."""

        return torch.cat(self.halves)

    def split(self, values: Tensor) -> tuple[Tensor, ...]:
        """Splits values of all rows, with shape (B, *), into those of the halves that the batch has."""

        return values.split([len(x) for x in self.halves])
