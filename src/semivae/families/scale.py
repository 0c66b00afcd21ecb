r"""Families with a location and a scale, which is fixed, single, shared by all rows, or learned per row."""

from __future__ import annotations

__all__ = ["Scale", "Scaled"]

import abc
import math
from typing import Literal, SupportsFloat

import torch
from torch import Tensor, nn

from semivae.errors import SettingError
from semivae.families.base import Family, widen

Scale = Literal["learned", "shared", "single"] | float


class Scaled(Family):
    r"""Abstract family with a location and a standard deviation.

    Arguments:
        shape: The shape of one value, or its size.
        scale: The standard deviation: "learned" takes it from the features, one per value and row; "shared"
            learns one per entry, the same for all rows; "single" learns one for all entries and rows; a number
            fixes it.
        start: The standard deviation that "shared" and "single" start from.
    """

    def __init__(self, shape: int | tuple[int, ...], scale: Scale, start: float = 1.0) -> None:
        super().__init__((shape,) if isinstance(shape, int) else shape)

        if scale not in ("learned", "shared", "single") and not (isinstance(scale, SupportsFloat) and float(scale) > 0):
            raise SettingError(
                f"scale={scale!r}", "it must be 'learned', 'shared', 'single' or above 0", "scale='shared'"
            )

        self.scale = scale
        sizes = {"shared": self.shape, "single": ()}
        self.log_scale = nn.Parameter(torch.full(sizes[scale], math.log(start))) if scale in sizes else None

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return 2 * self.values if self.scale == "learned" else self.values

    @abc.abstractmethod
    def bounded(self, log_scale: Tensor) -> Tensor:
        """Returns learned standard deviations, given their logarithms, within the bounds of the family."""

    def located(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the location, with shape (*, *shape), and the standard deviation, which broadcasts to it."""

        loc = widen(features)

        if self.scale == "learned":
            loc, log_scale = loc.chunk(2, dim=-1)
            scale = self.bounded(self.shaped(log_scale))
        elif self.log_scale is not None:
            scale = self.bounded(self.log_scale)
        else:
            scale = loc.new_tensor(float(self.scale))

        return self.shaped(loc), scale

    def shaped(self, features: Tensor) -> Tensor:
        """Returns one feature per entry, with shape (*, *shape)."""

        # A vector has its shape already, and this takes longer than a product of small matrices.
        return features if len(self.shape) == 1 else features.unflatten(-1, self.shape)
