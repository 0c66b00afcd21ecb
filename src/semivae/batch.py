r"""What one training step sees: a labeled half and an unlabeled half, as separate tensors of fixed size."""

from __future__ import annotations

__all__ = ["Batch", "Labeled"]

from typing import NamedTuple

from torch import Tensor


class Labeled(NamedTuple):
    r"""Rows whose label is known.

    Attributes:
        x: The data, with shape (B, *).
        y: The label points (one-hot rows of a class, scaled values of a real target), with shape (B, C).
    """

    x: Tensor
    y: Tensor


class Batch(NamedTuple):
    r"""The rows of one step. A half is :py:`None` where the whole data set has no such row.

    Attributes:
        labeled: The labeled half.
        unlabeled: The data of the unlabeled half, with shape (B, *).
    """

    labeled: Labeled | None
    unlabeled: Tensor | None
