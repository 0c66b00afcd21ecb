r"""Likelihoods of images that leave out missing pixels, as the likelihood of a table leaves out missing cells.

A model is trained on whole images, and its likelihood spends no time on pixels that are missing.
"""

from __future__ import annotations

__all__ = ["observed"]

import copy

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from semivae.conditional import Conditional
from semivae.families import Family
from semivae.models.base import Model


class Observed(Independent):
    """Independent pixels, with a log-density of those that are not missing (NaN)."""

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-density of the observed pixels of images of shape (*, C, H, W), with shape (*)."""

        seen = ~value.isnan()
        pixels = self.base_dist.log_prob(torch.where(seen, value, 0.0))

        return torch.where(seen, pixels, 0.0).flatten(-self.reinterpreted_batch_ndims).sum(-1)


class ObservedFamily(Family):
    r"""Creates the family of observed pixels.

    Arguments:
        family: The family of all pixels.
    """

    def __init__(self, family: Family) -> None:
        super().__init__(family.shape)

        self.family = family

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.family.size

    def forward(self, features: Tensor) -> Distribution:
        """Returns the distribution that features of shape (*, size) stand for."""

        p = self.family(features)

        return Observed(p.base_dist, p.reinterpreted_batch_ndims, validate_args=False)


def observed(model: Model) -> Model:
    """Returns a copy of a model of images, whose likelihood leaves out missing pixels."""

    model = copy.deepcopy(model)

    for part in model.modules():
        if isinstance(part, Conditional) and len(part.family.shape) > 1:
            part.family = ObservedFamily(part.family)

    return model
