r"""Categorical family: one of :math:`C` classes, as a one-hot label point.

.. math:: \log p(y) = \sum_c y_c \log \pi_c
"""

from __future__ import annotations

__all__ = ["Categorical"]

from torch import Tensor
from torch.distributions import OneHotCategorical

from semivae.families.base import Family, widen


class Categorical(Family):
    r"""Creates a categorical family.

    Arguments:
        classes: The number of classes.
    """

    def __init__(self, classes: int) -> None:
        super().__init__((classes,))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> OneHotCategorical:
        """Returns the distribution that logits of shape (*, C) stand for."""

        return OneHotCategorical(logits=widen(features), validate_args=False)
