r"""The divergence of each unit of the latent while a model is trained.

.. math:: \frac{1}{N} \sum_n \mathrm{KL}(q(z_j \mid x_n) \parallel \mathcal{N}(0, 1))

Units near 0 nats say nothing of a row. Some start there and come into use later; if all fall back to it, the posterior
has collapsed. At most 512 rows of the fit are measured, the same after each epoch, with the weights that the epoch
would keep. A stage that does not train the latent is not measured.
"""

from __future__ import annotations

__all__ = ["units_of"]

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from semivae.data.batches.steps import Steps
from semivae.engine import UNIT
from semivae.models import Model
from semivae.models.stacked import StackedModel

# More rows hardly move a mean, and a pass over these takes as long as a step.
ROWS = 512


def units_of(model: Any, rows: Steps) -> Callable[[nn.Module], dict[str, float]] | None:
    r"""Returns the function that measures the units of a model after an epoch; None if a stage trains no latent.

    Arguments:
        model: The model of the stage.
        rows: The rows to train on.
    """

    if not isinstance(model, Model) or isinstance(model, StackedModel):
        return None

    some = first(rows)

    def measure(model: Any) -> dict[str, float]:
        mean, deviation = model.posterior(some.to(next(model.parameters()).device))

        # The code of an autoencoder is a point, infinitely far from any prior.
        if not deviation.all():
            return {}

        nats = kl_divergence(Normal(mean.double(), deviation.double()), Normal(0.0, 1.0)).mean(0)

        return {f"{UNIT}{j}": value for j, value in enumerate(nats.tolist(), 1)}

    return measure


def first(rows: Steps) -> Tensor:
    """Returns the first rows of the first epoch, unlabeled if there are any, with shape (B, *)."""

    parts, count = [], 0

    for batch in rows.epoch(1):
        parts.append(batch.halves[-1])
        count += len(parts[-1])

        if count >= ROWS:
            break

    return torch.cat(parts)[:ROWS]
