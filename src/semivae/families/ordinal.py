r"""Ordinal family: classes in an order, by where a location lies among thresholds.

.. math:: p(x \le c) = \sigma(s (b_c - h))

A network gives the location :math:`h` of a row; the thresholds :math:`b_1 < b_2 < ...` and the sharpness :math:`s` of a
column are learned and shared by all rows. So a column of C classes needs one feature in place of C, and a neighbor of
the true class is a smaller error than a class far from it.

References:
    | Regression Models for Ordinal Data (McCullagh, 1980)
    | https://doi.org/10.1111/j.2517-6161.1980.tb01109.x
    | Handling Incomplete Heterogeneous Data using VAEs (Nazabal et al., 2020)
    | https://arxiv.org/abs/1807.03653
"""

from __future__ import annotations

__all__ = ["Ordinals"]

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent
from torch.nn.functional import logsigmoid, softplus

from semivae.families.base import Family, widen
from semivae.families.categorical import Categoricals, Codes

# The thresholds lie between these at first, and the outer ends of the outer classes this far: infinity has no gradient.
LOW, HIGH, END = -2.0, 2.0, 1e6

# Adam moves each weight by about the learning rate a step, whatever it stands for; thresholds and sharpness have
# farther to go than the weights of a network.
FASTER = 10.0


class Ordinals(Family):
    r"""Creates a family of codes of ordered classes, one for each of n columns.

    Arguments:
        classes: The number of classes of each column.
    """

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__((len(classes),))

        self.codes = Categoricals(classes)

        # Of each column the lowest threshold, then the distance of each to the one below, as softplus has it.
        steps = [step for count in classes for step in first_steps(count)]
        self.steps = nn.Parameter(torch.tensor(steps) / FASTER) if classes else None
        self.sharpness = nn.Parameter(torch.zeros(len(classes))) if classes else None

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> Independent:
        """Returns the distribution that the locations of all columns stand for, with shape (*, n)."""

        return Independent(Codes(self.logits(widen(features)), self.codes), 1, validate_args=False)

    def parts(self, p: Distribution) -> list[Distribution]:
        """Returns the distribution of each column over one-hot points."""

        return self.codes.parts(p)

    def logits(self, locations: Tensor) -> Tensor:
        r"""Returns the log-probabilities of all classes of all columns, with shape (*, size of all classes).

        .. math:: \sigma(u) - \sigma(l) = \sigma(u) \, \sigma(-l) \, (1 - e^{l - u})

        Arguments:
            locations: With shape (*, n).
        """

        if self.sharpness is None:
            return locations[..., :0]

        sharpness = self.codes.repeated((FASTER * self.sharpness).exp())
        h = self.codes.repeated(locations)
        above, below = self.ends()
        gaps = torch.log(-torch.expm1((sharpness * (below - above)).clamp(max=-1e-6)))

        return logsigmoid(sharpness * (above - h)) + logsigmoid(sharpness * (h - below)) + gaps

    def ends(self) -> tuple[Tensor, Tensor]:
        """Returns the thresholds above and below each class of all columns, each with shape (K,)."""

        assert self.steps is not None
        above, below, start = [], [], 0

        for count in self.codes.classes:
            steps = FASTER * self.steps[start : start + count - 1]
            start += count - 1
            thresholds = torch.cat([steps[:1], softplus(steps[1:])]).cumsum(0)
            end = thresholds.new_full((1,), END)
            above.append(torch.cat([thresholds, end]))
            below.append(torch.cat([-end, thresholds]))

        return torch.cat(above), torch.cat(below)


def first_steps(classes: int) -> list[float]:
    """Returns the first thresholds of a column, at equal distances."""

    if classes < 2:
        return []

    distance = (HIGH - LOW) / max(1, classes - 2)
    inverse = distance + math.log(-math.expm1(-distance))

    return [LOW if classes > 2 else 0.0, *([inverse] * (classes - 2))]
