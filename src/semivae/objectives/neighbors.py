r"""Label propagation: early in the training, unlabeled rows get pseudo-labels from their neighborhood.

.. math:: \mathcal{R} = - \kappa \max(0, 1 - t / t_0) \, \mathbb{E}_{x'} \log q(y(x') \mid x')

where :math:`t` is the share of the training that is done; pseudo-labels are used up to :math:`t_0`. The given labels
:math:`Y` spread along the graph :math:`W`, with degrees :math:`D`, that joins each row to its nearest rows:

.. math::
    F & \leftarrow \lambda \, D^{-1/2} W D^{-1/2} F + (1 - \lambda) \, Y \\
    y(x') & = \arg\max_y F_{x' y}

The rows :math:`x'` are the more confident half of each class. The weight :math:`\kappa` is Cohen's kappa between
held-out labels and the labels that spread to them from the others. So pseudo-labels have no weight where neighbors do
not predict the class. With at least 500 labels, and 50 per class on average, each label goes to its nearest rows only:
labels from far away are wrong less often, but all in the same way, and the model learns that error.

Where two classes touch, unlabeled rows leave several gaps for a boundary. A model easily memorizes a few single labels
on the wrong side of it, but not labels together with the rows around them. The model chooses the gap early; later,
wrong pseudo-labels only do harm.

References:
    | Learning with Local and Global Consistency (Zhou et al., 2003)
    | https://papers.nips.cc/paper/2506-learning-with-local-and-global-consistency
"""

from __future__ import annotations

__all__ = ["Neighbors"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.batch import Batch
from semivae.models.base import Model

# The share t_0 of the training that uses pseudo-labels. In trials of a classifier alone, fewer hidden labels of MNIST
# were wrong than with 1, in each of six draws of 100 labels.
LENT = 0.3


class Neighbors(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        x: All rows, labeled or not, with shape (N, *). They are shared, not copied.
        lent: The positions of the pseudo-labeled rows, with shape (M,).
        y: Their label points, with shape (M, C).
    """

    def __init__(self, weight: float, x: Tensor, lent: Tensor, y: Tensor) -> None:
        super().__init__()

        self.weight = weight

        # Not buffers: several processes would send them to each other at every step.
        self.x, self.lent, self.y = x, lent, y

    def forward(
        self,
        model: Model,
        batch: Batch,
        progress: Tensor,
        teacher: Model | None = None,
        beliefs: Sequence[Distribution] = (),
    ) -> Tensor:
        """Returns the penalty, with shape (), at random pseudo-labeled rows, as many as the step has labeled rows."""

        # Not in the compiler, which does not know the value, nor on a GPU, where the test would wait for it.
        if not torch.compiler.is_compiling() and progress.device.type == "cpu" and progress >= LENT:
            return progress.new_zeros(())

        count = 0 if batch.labeled is None else len(batch.labeled.x)
        which = (torch.rand(count).to(self.lent.device) * len(self.lent)).long()
        x, y = (part.to(progress.device) for part in (self.x[self.lent[which]], self.y[which]))

        return -(1 - progress / LENT).clamp(min=0) * model.predict(x).log_prob(y).mean()
