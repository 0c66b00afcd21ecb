r"""Consistency of the classifier: what it says of a row must hold in the row's neighborhood.

.. math:: \mathrm{KL}(q(y \mid x) \parallel q(y \mid x + r)), \quad
    r = \arg\max_{\lVert r \rVert \le \epsilon} \mathrm{KL}(q(y \mid x) \parallel q(y \mid x + r))

The worst direction is found by one step of power iteration. With few labels it is what keeps the classifier from
settling on an arbitrary boundary before the bound has separated the classes.

References:
    | Virtual Adversarial Training (Miyato et al., 2017)
    | https://arxiv.org/abs/1704.03976
"""

from __future__ import annotations

__all__ = ["VirtualAdversarial"]

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, kl_divergence

from semivae.batch import Batch
from semivae.models.base import Model

# The probe of the direction, as a share of the radius: small, and yet not lost in rounding.
PROBE = 0.1


class VirtualAdversarial(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        radius: The length :math:`\epsilon` of the perturbation, in the units of the model.
        movable: 1 for cells that can be moved (real values, pixels), 0 for others (categories), with shape (*).
    """

    movable: Tensor

    def __init__(self, weight: float, radius: float, movable: Tensor) -> None:
        super().__init__()

        self.weight = weight
        self.radius = radius
        self.register_buffer("movable", movable, persistent=False)

    def forward(self, model: Model, batch: Batch) -> Tensor:
        """Returns the mean divergence over the rows of a batch, with shape ()."""

        halves = [] if batch.labeled is None else [batch.labeled.x]
        halves += [] if batch.unlabeled is None else [batch.unlabeled]
        x = torch.cat(halves)

        with torch.no_grad():
            here = detached(model.predict(x))

        return kl_divergence(here, model.predict(x + self.radius * self.worst(model, x, here))).mean()

    def worst(self, model: Model, x: Tensor, here: Distribution) -> Tensor:
        """Returns the direction in which the prediction changes most, with the shape of the rows and length 1."""

        probe = PROBE * self.radius * self.unit(torch.randn_like(x)).requires_grad_()

        # Half precision would round a step this small away.
        with torch.enable_grad(), torch.autocast(x.device.type, enabled=False):
            change = kl_divergence(here, model.predict(x + probe)).sum()
            (gradient,) = torch.autograd.grad(change, probe)

        return self.unit(gradient)

    def unit(self, direction: Tensor) -> Tensor:
        """Returns directions with length 1 along the cells that can be moved."""

        direction = direction.nan_to_num() * self.movable
        length = direction.flatten(1).norm(dim=1).clamp_min(1e-12)

        return direction / length.view(-1, *[1] * (direction.dim() - 1))


def detached(p: Distribution) -> Distribution:
    """Returns a class or Gaussian prediction without its history."""

    if isinstance(p, torch.distributions.OneHotCategorical):
        return torch.distributions.OneHotCategorical(logits=p.logits.detach(), validate_args=False)

    base = torch.distributions.Normal(p.mean.detach(), p.variance.sqrt().detach(), validate_args=False)

    return torch.distributions.Independent(base, 1, validate_args=False)
