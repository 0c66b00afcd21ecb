r"""The loss of a step: the bound, the known labels, and the penalties, each with its weight.

.. math:: \mathcal{J} = - \rho \, \overline{L(x, y)} - (1 - \rho) \, \overline{U(x)}
    + \alpha \, \Big(- \overline{\log q(y \mid x)} + a \, \mathcal{R}_\text{consistency}
    + \kappa \, \mathcal{R}_\text{neighbors} + b \, \mathcal{R}_\text{interpolation}
    + \mathcal{R}_\text{augmentation}\Big)

Thus `alpha` multiplies the penalties, too: a larger one presses all of them against the bound, and changes nothing
between labels and penalties. The classifier of "gmvae" gets no gradient from the bound, so there `alpha` only scales
the steps of the classifier, which the optimizer undoes. With a number as target, the terms of classes (entropy,
class prior, neighbors, interpolation) are left out.

:math:`\rho` weighs the bound of labeled rows against that of all others, so with few labels each labeled row counts as
much as many unlabeled rows, and the density leans to labeled rows. The first stage of "gmvae" and "m1m2" sees rows
without labels, each with the same weight, so there the density of features is that of all rows.
"""

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
