r"""A small convolutional pair for images: a trunk that reads them and a body that draws them."""

from __future__ import annotations

__all__ = ["SMALLEST_CONV", "ConvDecoder", "ConvTrunk"]

import math
from collections.abc import Sequence

from torch import Tensor, nn

from semivae.networks.mlp import MLP

CHANNELS = (32, 64)

# Two halvings leave nothing of a smaller image for a convolution to read.
SMALLEST_CONV = 12


class ConvTrunk(nn.Module):
    r"""Creates a trunk of strided convolutions, each halving the image.

    Arguments:
        shape: The shape of one image: (channels, height, width).
        mean: The mean of all pixels, around which the image is read.
        channels: The channels of each layer.
    """

    def __init__(self, shape: tuple[int, ...], mean: float = 0.0, channels: Sequence[int] = CHANNELS) -> None:
        super().__init__()

        self.mean = mean

        before, height, width = shape

        layers: list[nn.Module] = []
        for after in channels:
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
            before, height, width = after, math.ceil(height / 2), math.ceil(width / 2)

        self.layers = nn.Sequential(*layers)
        self.width = before * height * width

    def forward(self, x: Tensor) -> Tensor:
        """Maps images of shape (*, channels, height, width) to features of shape (*, width)."""

        return self.layers(x.flatten(0, -4) - self.mean).flatten(1).unflatten(0, x.shape[:-3])


class ConvDecoder(nn.Module):
    r"""Creates a body that maps vectors to features of an image.

    Arguments:
        inputs: The size of each input.
        outputs: The size of the output: a multiple of the number of pixels.
        shape: The shape of one image: (channels, height, width).
        hidden: The sizes of the hidden layers before the convolutions.
        channels: The channels of each layer, last to first.
    """

    def __init__(
        self,
        inputs: Sequence[int],
        outputs: int,
        shape: tuple[int, ...],
        hidden: Sequence[int],
        channels: Sequence[int] = CHANNELS,
    ) -> None:
        super().__init__()

        _, self.height, self.width = shape

        shrink = 2 ** len(channels)
        self.start = (channels[-1], math.ceil(self.height / shrink), math.ceil(self.width / shrink))
        self.body = MLP(inputs, math.prod(self.start), hidden)

        after = [*channels[-2::-1], outputs // (self.height * self.width)]

        layers: list[nn.Module] = []
        for before, channel in zip(channels[::-1], after, strict=True):
            layers += [nn.ReLU(), nn.ConvTranspose2d(before, channel, 4, stride=2, padding=1)]

        self.layers = nn.Sequential(*layers)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Maps inputs of shape (*, size), each with axes that broadcast, to features of shape (*, outputs)."""

        features = self.body(*inputs)
        images = self.layers(features.flatten(0, -2).unflatten(-1, self.start))

        # The layers double a rounded-up size, so that the last rows and columns may be too many.
        images = images[..., : self.height, : self.width]

        return images.flatten(1).unflatten(0, features.shape[:-1])
