r"""The rows of one training step: a labeled half and an unlabeled half, as separate tensors of fixed size."""

from __future__ import annotations

__all__ = ["Batch", "Labeled"]

from typing import NamedTuple

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
    """

    labeled: Labeled | None
    unlabeled: Tensor | None
    ranks: Ranks = ALONE
