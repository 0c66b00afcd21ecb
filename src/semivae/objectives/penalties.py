r"""The weighted sum of several penalties."""

from __future__ import annotations

__all__ = ["Penalties"]

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.batch import Batch
from semivae.models.base import Model


class Penalties(nn.Module):
    r"""Creates the weighted sum of penalties.

    Arguments:
        parts: The penalties.
        taught: Whether the targets are predictions of the averaged weights (the teacher), not of the current weights.

    References:
        | Mean Teachers Are Better Role Models (Tarvainen & Valpola, 2017)
        | https://arxiv.org/abs/1703.01780
    """

    weight = 1.0

    def __init__(self, parts: Sequence[Any], taught: bool = False) -> None:
        super().__init__()

        self.taught = taught
        self.parts: Any = nn.ModuleList(parts)

    def forward(
        self,
        model: Model,
        batch: Batch,
        progress: Tensor,
        average: Model | None = None,
        beliefs: Sequence[Distribution] = (),
    ) -> Tensor:
        r"""Returns the weighted sum of the penalties on a batch, with shape ().

        Arguments:
            model: The model.
            batch: The rows.
            progress: The share of the training that is done, in [0, 1].
            average: The model with averaged weights.
            beliefs: The label posteriors of all rows of the batch, if the model has computed them.
        """

        teacher = average if self.taught else None

        return torch.stack([part.weight * part(model, batch, progress, teacher, beliefs) for part in self.parts]).sum()
