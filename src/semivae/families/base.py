r"""The contract of a family: from raw features to a distribution over one value."""

from __future__ import annotations

__all__ = ["Family", "widen"]

import abc
import math
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.distributions import Distribution


class Family(nn.Module, abc.ABC):
    r"""Abstract family of distributions, for the values of :math:`x`, :math:`y` and :math:`z` alike.

    Arguments:
        shape: The shape of one value.

    Attributes:
        slow: Whether a density takes so long that it is not computed only to be reported.
    """

    slow: ClassVar[bool] = False

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()

        self.shape = shape

    @property
    @abc.abstractmethod
    def size(self) -> int:
        """How many features parameterize one value."""

    @property
    def values(self) -> int:
        """How many numbers one value holds."""

        return math.prod(self.shape)

    @abc.abstractmethod
    def forward(self, features: Tensor) -> Distribution:
        r"""Returns the distribution that the features stand for.

        Arguments:
            features: The raw output of a network, with shape (*, size).

        Returns:
            A distribution whose :py:`log_prob` has shape (*).
        """

    def parts(self, p: Distribution) -> list[Distribution]:
        """Returns the independent predictions that one of its distributions consists of: itself, if of one piece."""

        return [p]


def widen(features: Tensor) -> Tensor:
    """Returns half-precision features in single precision: likelihoods and divergences are never summed in half."""

    return features.float() if features.dtype in (torch.bfloat16, torch.float16) else features
