r"""Optimal interpolation: the prediction between two rows lies between the predictions at both.

With :math:`x' = \lambda x_0 + (1 - \lambda) x_1`, and :math:`\pi'`, :math:`\mu'`, :math:`\sigma'` interpolated in the
same way between the posteriors at both rows:

.. math:: \mathcal{R} = \mathrm{KL}(\pi' \parallel q(y \mid x'))
    + \eta \, \big(\lVert \mu' - \mu(x') \rVert^2 + \lVert \sigma' - \sigma(x') \rVert^2\big)

:math:`\pi'` minimizes the mean divergence :math:`\lambda \, \mathrm{KL}(\pi_0 \parallel \pi') + (1 - \lambda) \,
\mathrm{KL}(\pi_1 \parallel \pi')`. A known label replaces the prediction. Gradients flow only through the prediction
at :math:`x'`. Processes that share a batch draw the partners :math:`x_1` from their own rows. These are a random part
of the batch: any row can be a partner, and nothing has to be sent.

References:
    | SHOT-VAE: Semi-supervised Deep Generative Models With Label-aware ELBO Approximations (Feng et al., 2021)
    | https://arxiv.org/abs/2011.10684

    | mixup: Beyond Empirical Risk Minimization (Zhang et al., 2017)
    | https://arxiv.org/abs/1710.09412
"""

from __future__ import annotations

__all__ = ["Interpolation"]

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.batch import Batch
from semivae.models.base import Model

# The weight eta of the latent relative to the label.
LATENT = 0.05


class Interpolation(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        latent: Whether the posterior of the latent is interpolated, too.
        movable: 1 for cells that can be interpolated (real values, pixels), 0 for categories, which keep the value of
            the nearer row, with shape (*).
    """

    movable: Tensor

    def __init__(self, weight: float, latent: bool, movable: Tensor) -> None:
        super().__init__()

        self.weight = weight
        self.latent = latent
        self.register_buffer("movable", movable.bool(), persistent=False)

    def forward(
        self,
        model: Model,
        batch: Batch,
        progress: Tensor,
        teacher: Model | None = None,
        beliefs: Sequence[Distribution] = (),
    ) -> Tensor:
        """Returns the mean penalty over the rows of a batch, with shape ()."""

        ends = teacher or model
        values = [] if batch.labeled is None else [self.between(model, ends, *batch.labeled)]
        values += [] if batch.unlabeled is None else [self.between(model, ends, batch.unlabeled)]

        return torch.cat(values).mean()

    def between(self, model: Model, known: Model, x: Tensor, y: Tensor | None = None) -> Tensor:
        r"""Returns the penalty between each row and a random other row, with shape (B,).

        Arguments:
            model: The model that predicts between the rows.
            known: The model that predicts at the rows.
            x: The rows, with shape (B, *).
            y: Their label points, with shape (B, C), if known.
        """

        with torch.no_grad():
            seen = model.read(x)
            ends = [seen, known.judge(seen).mean if y is None else y, *(known.posterior(x) if self.latent else ())]

        rows = torch.rand(len(x), device=x.device).argsort()
        step = self.steps(x)
        mixed, label, *latent = (end.lerp(end[rows], step.view(-1, *[1] * (end.dim() - 1))) for end in ends)
        middle = torch.where(self.movable, mixed, seen)
        believed: Any = model.judge(middle)
        penalty = nn.functional.kl_div(believed.logits, label, reduction="none").sum(-1)

        if self.latent:
            apart = torch.stack(model.posterior(middle)) - torch.stack(latent)
            penalty = penalty + LATENT * apart.square().sum((0, -1))

        return penalty

    def steps(self, x: Tensor) -> Tensor:
        r"""Returns the relative step from each row toward the other, at most 1/2, with shape (B,).

        It is :math:`\min(\lambda, 1 - \lambda)` with :math:`\lambda \sim \mathrm{Beta}(2, 2)`, drawn as the median of
        three uniform numbers.
        """

        share = torch.rand(len(x), 3, dtype=x.dtype, device=x.device).median(-1).values

        return torch.minimum(share, 1 - share)
