r"""Several penalties as one."""

from __future__ import annotations

__all__ = ["Penalties"]

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from semivae.batch import Batch
from semivae.models.base import Model


class Penalties(nn.Module):
    r"""Creates the sum of penalties, each by its weight.

    Arguments:
        parts: The penalties.
    """

    weight = 1.0

    def __init__(self, parts: Sequence[Any]) -> None:
        super().__init__()

        self.parts: Any = nn.ModuleList(parts)

    def forward(self, model: Model, batch: Batch, progress: Tensor) -> Tensor:
        """Returns the sum over the rows of a batch, with shape ()."""

        return torch.stack([part.weight * part(model, batch, progress) for part in self.parts]).sum()
