r"""Images as features."""

from __future__ import annotations

__all__ = ["Flatten", "image_trunk"]

import torch
from torch import Tensor, nn

from semivae.networks.conv import SMALLEST_CONV, ConvTrunk
from semivae.networks.kinds.base import row_trunks
from semivae.variables import Variable


class Flatten(nn.Module):
    r"""Creates a trunk that lays out an image as a vector, with values around zero.

    Otherwise overall brightness drowns out position.

    Arguments:
        shape: The shape of one image.
        mean: The mean of all pixels.
    """

    def __init__(self, shape: tuple[int, ...], mean: float = 0.0) -> None:
        super().__init__()

        self.axes = len(shape)
        self.mean = mean
        self.width = torch.Size(shape).numel()

    def forward(self, x: Tensor) -> Tensor:
        """Maps images of shape (*, channels, height, width) to vectors of shape (*, width)."""

        return x.flatten(-self.axes) - self.mean


@row_trunks.register("image")
def image_trunk(variable: Variable, conv: bool) -> nn.Module:
    """Returns the trunk of an image: convolutions, or its pixels where it is too small for them or they are off."""

    trunk = ConvTrunk if conv and min(variable.shape[1:]) >= SMALLEST_CONV else Flatten

    return trunk(variable.shape, variable.mean)
