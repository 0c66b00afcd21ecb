r"""Consistency under augmentation: small turns, shears, scalings and shifts of an image do not change its class.

.. math:: \mathcal{R} = \mathrm{KL}(q(y \mid x) \parallel q(y \mid Tx)) - \log q(y \mid Tx_L)

with a random affine map :math:`T` for each image. For labeled images :math:`x_L` the label replaces the prediction.
This invariance is assumed, not learned. Keep the changes small where they can change the class (half a turn makes a 6
a 9).

References:
    | Unsupervised Data Augmentation for Consistency Training (Xie et al., 2019)
    | https://arxiv.org/abs/1904.12848
"""

from __future__ import annotations

__all__ = ["Augmentation", "moved"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn import functional

from semivae.batch import Batch
from semivae.models.base import Model
from semivae.objectives.consistency import detached, divergence

# Largest turn (radians), shear, logarithms of both scales, and both shifts (in half images), at size 1.
LARGEST = (0.35, 0.3, 0.2, 0.2, 0.2, 0.2)


class Augmentation(nn.Module):
    r"""Creates the penalty.

    Arguments:
        weight: Its weight in the loss.
        size: The size of the changes. At 1 an image turns by up to 20 degrees and shifts by up to a tenth of its width.
    """

    def __init__(self, weight: float, size: float) -> None:
        super().__init__()

        self.weight = weight
        self.size = size

    def forward(
        self,
        model: Model,
        batch: Batch,
        progress: Tensor,
        teacher: Model | None = None,
        beliefs: Sequence[Distribution] = (),
    ) -> Tensor:
        """Returns the penalty on the images of a batch, with shape ()."""

        values = []

        if batch.labeled is not None:
            x, y = batch.labeled
            values.append(-model.predict(self.changed(x)).log_prob(y).mean())

        if batch.unlabeled is not None:
            with torch.no_grad():
                here = [detached(p) for p in (teacher or model).beliefs(model.read(batch.unlabeled))]

            values.append(divergence(here, model.beliefs(model.read(self.changed(batch.unlabeled)))).mean())

        return torch.stack(values).sum()

    def changed(self, x: Tensor) -> Tensor:
        """Returns randomly changed images, with shape (B, channels, height, width)."""

        spread = self.size * torch.tensor(LARGEST, device=x.device, dtype=x.dtype)
        draws = torch.rand(len(x), len(LARGEST), dtype=x.dtype, device=x.device)

        return moved(x, spread * (2 * draws - 1))


def moved(x: Tensor, change: Tensor) -> Tensor:
    r"""Returns images after affine maps, with the shape of `x`. Pixels from outside the image are 0.

    Arguments:
        x: The images, with shape (B, channels, height, width).
        change: Turn, shear, logarithms of both scales, and both shifts, with shape (B, 6). Zeros change nothing.
    """

    turn, shear, log_width, log_height, right, down = change.unbind(1)
    cosine, sine = turn.cos(), turn.sin()
    width, height = (-log_width).exp(), (-log_height).exp()

    # PyTorch takes the inverse map: from a pixel of the new image to its source in the old one.
    rows = [cosine * width, (shear - sine) * height, -right, sine * width, cosine * height, -down]
    grid = functional.affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(x.shape), align_corners=False)

    return functional.grid_sample(x, grid, align_corners=False)
