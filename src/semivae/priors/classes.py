r"""The class mixture: a learned Gaussian for each class.

.. math:: p(z \mid y) = \mathcal{N}(z \mid \mu_y, \mathrm{diag}(\sigma_y^2)),
    \qquad p(z) = \sum_y p(y) \, p(z \mid y)

Every class starts as the standard normal. A relaxed label averages the means and the log standard deviations of the
classes, weighted by its entries. The KL divergence from a Gaussian posterior has a closed form.

References:
    | Variational Deep Embedding (Jiang et al., 2017)
    | https://arxiv.org/abs/1611.05148
"""

from __future__ import annotations

__all__ = ["ClassMixture"]

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.families import Gaussian
from semivae.priors.base import Prior


class ClassMixture(Prior):
    r"""Creates a mixture with one learned Gaussian for each class.

    Arguments:
        latents: The size of the latent.
        classes: The number of classes.
    """

    def __init__(self, latents: int, classes: int) -> None:
        super().__init__()

        self.family = Gaussian(latents)
        self.features = nn.Parameter(torch.zeros(classes, self.family.size))

    def forward(self, y: Tensor | None = None, encoder: Any = None) -> Distribution:
        r"""Returns :math:`p(z \mid y)`, over values of shape (D,), for label points of shape (*, C).

        Without label points: one Gaussian for each class, with batch shape (C,).
        """

        return self.family(self.features if y is None else self.at(y))

    def at(self, y: Tensor) -> Tensor:
        """Returns the features of label points, with shape (*, 2 D)."""

        if not y.is_floating_point():
            return nn.functional.embedding(y.squeeze(-1), self.features)

        # Autocast would round the parameters, and so the KL divergence.
        with torch.autocast(y.device.type, enabled=False):
            return y @ self.features
