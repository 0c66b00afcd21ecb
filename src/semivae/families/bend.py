r"""The map between the units of the model and values, for columns that are bent to a normal shape.

The mean of a bent column is not the bent mean: a long tail pulls it up. Between knots the map is straight.
"""

from __future__ import annotations

__all__ = ["Bend"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.families.gaussian import Within
from semivae.variables import Variable


def gauss_legendre(count: int) -> tuple[Tensor, Tensor]:
    """Returns nodes and weights that integrate over [0, 1], by the method of Golub and Welsch (1969)."""

    k = torch.arange(1, count, dtype=torch.float64)
    nodes, vectors = torch.linalg.eigh(torch.diag(k / (4 * k**2 - 1).sqrt(), -1))

    return ((nodes + 1) / 2).float(), vectors[0].square().float()


# The Gauss-Legendre rule over the probabilities of a value, which averages it.
SHARES, WEIGHTS = gauss_legendre(32)


class Bend(nn.Module):
    r"""Creates the map of n columns.

    Arguments:
        variables: The columns.
    """

    scores: Tensor
    values: Tensor
    shares: Tensor
    weights: Tensor

    def __init__(self, variables: Sequence[Variable]) -> None:
        super().__init__()

        most = max((len(variable.knots) for variable in variables), default=0)
        pairs = [variable.standard_knots for variable in variables]

        self.register_buffer("scores", torch.tensor([filled(scores, most) for scores, _ in pairs]), persistent=False)
        self.register_buffer("values", torch.tensor([filled(values, most) for _, values in pairs]), persistent=False)
        self.register_buffer("shares", SHARES.clone(), persistent=False)
        self.register_buffer("weights", WEIGHTS.clone(), persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        """Returns standardized values of numbers in the units of the model, both with shape (*, n)."""

        return mapped(scores, self.scores, self.values)

    def inverse(self, values: Tensor) -> Tensor:
        """Returns numbers in the units of the model of standardized values, both with shape (*, n)."""

        return mapped(values, self.values, self.scores)

    def average(self, scores: Within) -> Tensor:
        """Returns the mean of standardized values, with shape (*, n), whose scores have a distribution."""

        values = self(scores.quantile(self.shares.view(-1, *[1] * scores.loc.ndim)))

        return torch.tensordot(self.weights, values, dims=1)


def filled(knots: Sequence[float], count: int) -> list[float]:
    """Returns knots that go on in the last direction until there are so many."""

    step = knots[-1] - knots[-2]

    return [*knots, *(knots[-1] + step * beyond for beyond in range(1, 1 + count - len(knots)))]


def mapped(x: Tensor, start: Tensor, end: Tensor) -> Tensor:
    r"""Maps numbers by straight pieces, of which the first and the last go on.

    Arguments:
        x: The numbers, with shape (*, n).
        start: The knots of each column, rising, with shape (n, K).
        end: The knots after the map, with shape (n, K).
    """

    columns = x.movedim(-1, 0).reshape(len(start), -1)
    place = (torch.searchsorted(start, columns.contiguous(), right=True) - 1).clamp(0, start.shape[1] - 2)
    left, low = start.gather(1, place), end.gather(1, place)
    slope = (end.gather(1, place + 1) - low) / (start.gather(1, place + 1) - left)

    return (low + slope * (columns - left)).view(x.shape[-1], *x.shape[:-1]).movedim(0, -1)
