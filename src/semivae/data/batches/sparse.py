r"""Sparse rows for the steps of a training: they stay sparse, and each step gets its rows as a tensor."""

from __future__ import annotations

__all__ = ["SparseTensor"]

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from semivae.data.sparse import SparseRows


class SparseTensor:
    r"""Creates rows that give tensors of some of them, by the part of a tensor's methods that loaders use.

    Arguments:
        rows: The rows, with shape (N, P).
        device: The device of the tensors.
    """

    def __init__(self, rows: SparseRows, device: str | torch.device = "cpu") -> None:
        self.rows = SparseRows(rows.matrix.astype(np.float32))
        self.device = torch.device(device)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, positions: Tensor) -> Tensor:
        """Returns the rows at positions of shape (B,), with shape (B, P)."""

        return torch.from_numpy(np.asarray(self.rows[positions.cpu().numpy()])).to(self.device)

    def index_select(self, axis: int, positions: Tensor) -> Tensor:
        """Returns the rows at positions of shape (B,), with shape (B, P)."""

        return self[positions]

    def split(self, size: int) -> Iterator[Tensor]:
        """Yields blocks of rows, with shape (size, P)."""

        for start in range(0, len(self), size):
            yield self[torch.arange(start, min(start + size, len(self)))]

    def tobytes(self) -> bytes:
        """Returns all numbers that are not zero, with their places, as bytes."""

        matrix = self.rows.matrix

        return b"".join(part.tobytes() for part in (matrix.data, matrix.indices, matrix.indptr))
