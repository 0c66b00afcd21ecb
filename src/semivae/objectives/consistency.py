r"""Consistency of the classifier: unlabeled rows help to place its boundaries.

.. math::
    \mathcal{R} & = \mathrm{KL}(q(y \mid x) \parallel q(y \mid x + r))
    + \eta \, \mathrm{H}(q(y \mid x)) + \gamma \, \mathrm{KL}(\bar q(y) \parallel p(y)) \\
    r & = \arg\max_{\lVert r \rVert \le \epsilon} \mathrm{KL}(q(y \mid x) \parallel q(y \mid x + r))

Predictions should be locally constant, confident, and match the class prior on average. With few labels, the same class
for all rows would satisfy the first term; the last term rules this out. One step of power iteration finds the worst
direction :math:`r`.

References:
    | Virtual Adversarial Training (Miyato et al., 2017)
    | https://arxiv.org/abs/1704.03976

    | Learning Discrete Representations via Information Maximizing Self-Augmented Training (Hu et al., 2017)
    | https://arxiv.org/abs/1702.08720
"""

from __future__ import annotations

__all__ = ["Consistency"]

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, OneHotCategorical, kl_divergence

from semivae.batch import Batch
from semivae.models.base import Model
from semivae.ranks import Ranks

# Weights of the entropy, eta, and of the class prior, gamma.
SURE, FREQUENT = 0.3, 1.0


class Consistency(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        radius: The length :math:`\epsilon` of the perturbation of a row (or of its features, if the model classifies
            features), as a share of the distance to the nearest other row of the batch. So it is shorter where rows
            are dense, and narrow gaps between classes stay open.
        movable: 1 for cells that can be perturbed (real values, pixels), 0 for others (categories), with shape (*).
        prior: :math:`\log p(y)`, with shape (C,), concatenated over several targets; :py:`None` if no target is a
            class.
    """

    movable: Tensor
    prior: Tensor | None

    def __init__(self, weight: float, radius: float, movable: Tensor, prior: Tensor | None) -> None:
        super().__init__()

        self.weight = weight
        self.radius = radius
        self.register_buffer("movable", movable, persistent=False)
        self.register_buffer("prior", prior, persistent=False)

    def forward(
        self,
        model: Model,
        batch: Batch,
        progress: Tensor,
        teacher: Model | None = None,
        beliefs: Sequence[Distribution] = (),
    ) -> Tensor:
        """Computes the penalty on the rows of a batch, with shape ()."""

        x = model.read_all(batch)
        length = self.radius * self.nearest(x, batch.ranks)
        here = list(beliefs) or model.beliefs(x)
        fixed = here if teacher is None else teacher.beliefs(x)
        fixed = [detached(p) for p in fixed]
        probe = x.new_empty(x.shape).normal_()
        there = model.beliefs(x + length * self.worst(model, x, fixed, length * self.unit(probe)))
        penalty = divergence(fixed, there).mean()

        return penalty if self.prior is None else penalty + self.sureness(here, self.prior, batch.ranks)

    def sureness(self, here: list[Distribution], prior: Tensor, ranks: Ranks) -> Tensor:
        """Returns the weighted mean entropy and divergence of the mean prediction from the prior, with shape ()."""

        classes = [p for p in here if isinstance(p, OneHotCategorical)]
        frequency = ranks.averaged(torch.cat([p.mean for p in classes], dim=-1).mean(0)).clamp_min(1e-12)
        far = (frequency * (frequency.log() - prior)).sum()
        unsure = torch.stack([p.entropy().mean() for p in classes]).sum()

        return SURE * unsure + FREQUENT * far

    def nearest(self, x: Tensor, ranks: Ranks) -> Tensor:
        """Returns the distance of each row to the nearest other row of all processes, with shape (B, 1, ..., 1)."""

        rows = (x.nan_to_num() * self.movable).flatten(1)

        # A row has distance zero to itself, and so have its copies, which must not be moved apart.
        others = torch.cdist(rows, ranks.gathered(rows))
        itself = torch.arange(len(rows), device=rows.device) + ranks.rank * len(rows)
        distance = others.scatter(1, itself[:, None], torch.inf)

        return distance.amin(1).nan_to_num(posinf=0.0).view(-1, *[1] * (x.dim() - 1))

    def worst(self, model: Model, x: Tensor, here: list[Distribution], probe: Tensor) -> Tensor:
        """Returns the unit directions in which predictions change most near a small random probe, (B, *)."""

        def change(probe: Tensor) -> Tensor:
            return divergence(here, model.beliefs(x + probe)).sum()

        # The direction is a constant in the loss: no gradient flows back through it.
        with torch.no_grad():
            return self.unit(slope(change, probe))

    def unit(self, direction: Tensor) -> Tensor:
        """Returns directions of length 1 with zeros for fixed cells, with shape (B, *)."""

        direction = direction.nan_to_num() * self.movable
        length = direction.flatten(1).norm(dim=1).clamp_min(1e-12)

        return direction / length.view(-1, *[1] * (direction.dim() - 1))


def slope(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """Returns the gradient of a function of a tensor, with the shape of the tensor."""

    # The compiler supports only this form; without the compiler it takes twice as long as the other.
    if torch.compiler.is_compiling():
        return torch.func.grad(function)(at)

    with torch.enable_grad():
        at = at.detach().requires_grad_()

        return torch.autograd.grad(function(at), at)[0]


def divergence(here: list[Distribution], there: list[Distribution]) -> Tensor:
    """Returns the KL divergence between predictions, summed over the targets, with shape (B,)."""

    return torch.stack([kl_divergence(p, q) for p, q in zip(here, there, strict=True)]).sum(0)


def detached(p: Distribution) -> Distribution:
    """Returns a categorical or Gaussian prediction without gradient."""

    if isinstance(p, OneHotCategorical):
        return type(p)(logits=p.logits.detach())

    base = torch.distributions.Normal(p.mean.detach(), p.variance.sqrt().detach(), validate_args=False)

    return torch.distributions.Independent(base, 1, validate_args=False)
