r"""Trunks: from the units of the data to plain features, one for each kind of variable."""

from __future__ import annotations

__all__ = ["Embed", "Flatten"]

import torch
from torch import Tensor, nn

from semivae.variables import Variable


class Flatten(nn.Module):
    r"""Creates a trunk that lays out an image as a vector, with values around zero.

    Without that, how much ink an image has drowns where it is.

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


class Embed(nn.Module):
    r"""Creates a trunk for the cells of a table.

    A real cell becomes its value, a category a one-hot vector. A missing cell becomes zeros, and columns that had
    missing cells get one more feature that says so: the network is told, and nothing is made up.

    Arguments:
        variables: The columns, in order.
    """

    def __init__(self, variables: tuple[Variable, ...]) -> None:
        super().__init__()

        self.reals = [j for j, variable in enumerate(variables) if variable.kind == "real"]
        self.told = [j for j, variable in enumerate(variables) if variable.kind == "real" and variable.missing]
        self.classes = {j: len(v.classes) for j, v in enumerate(variables) if v.kind == "category"}
        self.width = len(self.reals) + len(self.told) + sum(self.classes.values())

    def forward(self, x: Tensor) -> Tensor:
        """Maps rows of shape (*, P), with NaN where a cell is missing, to features of shape (*, width)."""

        missing = x.isnan()
        values = torch.where(missing, 0.0, x)

        features = [values[..., self.reals], missing[..., self.told].to(x)]
        features += [
            nn.functional.one_hot(values[..., j].long(), classes).to(x) * ~missing[..., j, None]
            for j, classes in self.classes.items()
        ]

        return torch.cat(features, dim=-1)
