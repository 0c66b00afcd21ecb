r"""Labels lent to neighbors: early in the training, rows are taken to be of the class that their neighborhood says.

.. math:: \mathcal{R} = - \kappa \max(0, 1 - t / t_0) \, \mathbb{E}_{x'} \log q(y(x') \mid x')

where :math:`t` is how much of the training is done and :math:`t_0` for how much of it labels are lent. The given labels
:math:`Y` spread along the graph :math:`W` that joins each row to those nearest to it, of degrees :math:`D`:

.. math::
    F & \leftarrow \lambda \, D^{-1/2} W D^{-1/2} F + (1 - \lambda) \, Y \\
    y(x') & = \arg\max_y F_{x' y}

Of the rows :math:`x'` of each class the surer half counts, by how far given labels that are held out agree with what
spreads from the others, beyond chance (:math:`\kappa`, after Cohen): where neighbors say nothing, nothing is lent.
From 500 labels on, and 50 a class, each is lent to the rows nearest to it alone: what comes from afar is wrong less
often, but all in one way, which the model then learns.

Where two classes touch, unlabeled rows leave several gaps for a boundary to settle in, and a few single points are too
easily learned by heart on the wrong side of it; with what lies around them they are not. The gap is chosen early;
later, what was lent in error does only harm.

References:
    | Learning with Local and Global Consistency (Zhou et al., 2003)
    | https://papers.nips.cc/paper/2506-learning-with-local-and-global-consistency
"""

from __future__ import annotations

__all__ = ["Neighbors"]

import torch
from torch import Tensor, nn

from semivae.batch import Batch
from semivae.models.base import Model
from semivae.ranks import drawn

# For how much of the training labels are lent. In trials of a classifier alone fewer hidden labels of MNIST were wrong
# than with 1, in each of six draws of 100 labels.
LENT = 0.3


class Neighbors(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        x: The rows, labeled and not, with shape (N, *). They are shared, not copied.
        lent: The positions of the rows that labels are lent to, with shape (M,).
        y: The label points that these get, with shape (M, C).
    """

    def __init__(self, weight: float, x: Tensor, lent: Tensor, y: Tensor) -> None:
        super().__init__()

        self.weight = weight

        # No buffers, which processes would send each other at every step.
        self.x, self.lent, self.y = x, lent, y

    def forward(self, model: Model, batch: Batch, progress: Tensor, teacher: Model | None = None) -> Tensor:
        """Returns the penalty at as many rows, drawn anew, as the step has labeled ones, with shape ()."""

        # A compiler knows no answer, and a GPU would be waited for.
        if not torch.compiler.is_compiling() and progress.device.type == "cpu" and progress >= LENT:
            return progress.new_zeros(())

        count = 0 if batch.labeled is None else len(batch.labeled.x)
        which = (drawn((count,), 0, torch.rand).to(self.lent.device) * len(self.lent)).long()
        x, y = (part.to(progress.device) for part in (self.x[self.lent[which]], self.y[which]))

        return -(1 - progress / LENT).clamp(min=0) * model.predict(x).log_prob(y).mean()
