r"""Labels lent to neighbors: rows nearest to a labeled row are taken to be of its class, early in the training.

.. math::
    \mathcal{R} = - \max(0, 1 - t / t_0) \, \mathbb{E}_{(x, y)} \, \mathbb{E}_{x' \in \mathrm{N}(x)} \log q(y \mid x')

where :math:`t` is how much of the training is done, :math:`t_0` for how much of it labels are lent, and
:math:`\mathrm{N}(x)` holds the unlabeled rows nearest to a labeled one. Where two classes touch, unlabeled rows leave
several gaps for a boundary to settle in, and a few single points are too easily learned by heart on the wrong side of
it; with their neighborhoods they are not. The gap is chosen early; later, neighbors of another class do only harm.

References:
    | Learning from Labeled and Unlabeled Data with Label Propagation (Zhu & Ghahramani, 2002)
    | http://mlg.eng.cam.ac.uk/zoubin/papers/CMU-CALD-02-107.pdf
"""

from __future__ import annotations

__all__ = ["Neighbors", "nearest_rows"]

from collections.abc import Callable

import torch
from torch import Tensor, nn

from semivae.batch import Batch
from semivae.models.base import Model
from semivae.ranks import drawn

# Rows whose distances are in memory at once.
BLOCK = 8192

# For how much of the training labels are lent. In trials of a classifier alone fewer hidden labels of MNIST were wrong
# than with 1, in each of six draws of 100 labels.
LENT = 0.3


class Neighbors(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        x: The rows, labeled and not, with shape (N, *). They are shared, not copied.
        near: The positions of the neighbors of each labeled row, with shape (L, k).
        y: The label points of the labeled rows, with shape (L, C).
    """

    def __init__(self, weight: float, x: Tensor, near: Tensor, y: Tensor) -> None:
        super().__init__()

        self.weight = weight

        # No buffers, which processes would send each other at every step.
        self.x, self.near, self.y = x, near, y

    def forward(self, model: Model, batch: Batch, progress: Tensor, teacher: Model | None = None) -> Tensor:
        """Returns the penalty at as many pairs, drawn anew, as the step has labeled rows, with shape ()."""

        # A compiler knows no answer, and a GPU would be waited for.
        if not torch.compiler.is_compiling() and progress.device.type == "cpu" and progress >= LENT:
            return progress.new_zeros(())

        pairs = 0 if batch.labeled is None else len(batch.labeled.x)
        places = drawn((pairs, 2), 0, torch.rand).to(self.near.device)
        which, rank = (places * torch.tensor(self.near.shape, device=places.device)).long().unbind(1)
        x, y = (part.to(progress.device) for part in (self.x[self.near[which, rank]], self.y[which]))

        return -(1 - progress / LENT).clamp(min=0) * model.predict(x).log_prob(y).mean()


def nearest_rows(
    x: Tensor, labeled: Tensor, unlabeled: Tensor, count: int, features: Callable[[Tensor], Tensor]
) -> Tensor:
    r"""Returns the positions of the unlabeled rows nearest to each labeled one, with shape (L, count).

    Arguments:
        x: The rows, with shape (N, *).
        labeled: The positions of the labeled rows, with shape (L,).
        unlabeled: The positions of the unlabeled rows, of which there are `count` or more.
        count: How many neighbors a row has.
        features: Maps rows of shape (B, *) to vectors of shape (B, width), between which distances are taken.
    """

    known = features(x[labeled])
    distance, near = known.new_empty(len(known), 0), unlabeled.new_empty(len(known), 0)

    for block in unlabeled.split(BLOCK):
        distance = torch.cat([distance, torch.cdist(known, features(x[block]))], 1)
        near = torch.cat([near, block.expand(len(known), -1)], 1)
        distance, best = distance.topk(min(count, distance.shape[1]), largest=False)
        near = near.gather(1, best)

    return near
