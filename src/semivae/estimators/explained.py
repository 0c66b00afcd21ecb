r"""The log-density of each cell of rows under a fitted model."""

from __future__ import annotations

__all__ = ["divergence_of", "parts_of"]

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semivae.engine import apply, row_noise
from semivae.families import Bag, Cells, Strings
from semivae.models import Model

# The mean over so many draws is known to a quarter of its spread, a small part of a surprise.
DRAWS = 16


def parts_of(model: Model, x: NDArray[Any], target: bool) -> NDArray[np.float64]:
    r"""Returns :math:`\mathbb{E}_{q(z \mid x)}[\log p(x_j \mid z)]` in nats, with shape (N, P), NaN where missing.

    Each row has noise of its own, from a hash of its values. Images have a sum over channels, with shape (N, H, W).

    Arguments:
        model: The model in double precision.
        x: The rows in the units of the model, with shape (N, *).
        target: Whether the model has a target; a decoder that takes a label gets the predicted one.
    """

    def parts(rows: Tensor) -> Tensor:
        mean, deviation = model.posterior(rows)
        noise = row_noise(rows, DRAWS, mean.shape[-1])
        label = label_of(model, rows) if target else None
        total = torch.zeros(())

        # One draw at a time, for the sake of memory.
        for draw in noise:
            total = total + cells(model.decode(mean + deviation * draw, label), rows) / DRAWS

        if rows.ndim > 2:
            return total.sum(1)

        # Marks of the batch, which have no likelihood, follow the counts of cells.
        return torch.where(rows[..., : total.shape[-1]].isnan(), torch.nan, total)

    return apply(parts, x)[0]


def divergence_of(model: Model, x: NDArray[Any], target: bool) -> NDArray[np.float64]:
    r"""Returns :math:`\mathbb{E}_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{ELBO}(x)` in nats, with shape (N,).

    The arguments are as for :func:`parts_of`.
    """

    def divergence(rows: Tensor) -> Tensor:
        mean, deviation = model.posterior(rows)
        noise = row_noise(rows, DRAWS, model.noise)
        label = label_of(model, rows) if target else None
        # With the noise of the bound, the likelihoods cancel exactly in a model of one latent.
        z = mean + deviation * noise[..., -mean.shape[-1] :]
        likelihood = torch.stack([model.decode(one, label).log_prob(rows) for one in z])

        return (likelihood - model.log_weights(rows, noise)).mean(0)

    return apply(divergence, x)[0]


def cells(p: Any, rows: Tensor) -> Tensor:
    """Returns the log-density of each cell, token or pixel, with the shape of the rows."""

    return p.cells(rows) if isinstance(p, Cells | Bag | Strings) else p.base_dist.log_prob(rows)


def label_of(model: Model, rows: Tensor) -> Tensor | None:
    """Returns the label points of the predicted classes or numbers, with shape (B, C); None of several targets."""

    p: Any = model.predict(rows)

    if isinstance(p, Cells):
        return None

    logits = getattr(p, "logits", None)

    return p.mean if logits is None else torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(rows)
