r"""Multilayer perceptron with several inputs, joined by broadcasting."""

from __future__ import annotations

__all__ = ["MLP", "Join"]

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn


class Join(nn.Module):
    r"""Creates a linear map of several inputs, one matrix each, added by broadcasting.

    .. math:: h = b + \sum_i W_i x_i

    Equal to a linear map of the concatenated inputs, but an input without the leading axis K of label points is
    multiplied once per row instead of once per label point.

    Arguments:
        inputs: The size of each input.
        outputs: The size of the output.
    """

    def __init__(self, inputs: Sequence[int], outputs: int) -> None:
        super().__init__()

        # One layer over all inputs draws the initial weights at the scale of the whole fan-in.
        whole = nn.Linear(sum(inputs), outputs)

        self.weights = nn.ParameterList(part.contiguous() for part in whole.weight.data.split(list(inputs), dim=1))
        self.bias = nn.Parameter(whole.bias.data)

    def forward(self, *inputs: Tensor) -> Tensor:
        r"""Returns the sum, with shape (*, outputs).

        Arguments:
            inputs: Each with shape (*, size), or, for one-hot inputs, the places of their ones, as whole numbers
                with shape (*, 1); with axes that broadcast.
        """

        first, *others = (
            product(x, weight, self.bias if i == 0 else None)
            for i, (x, weight) in enumerate(zip(inputs, self.weights, strict=True))
        )

        # Autocast does not round looked-up columns, which would widen all that follows.
        return sum((other.to(first.dtype) for other in others), first)


def product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Returns a linear map, for one-hot inputs by looking up columns of the matrix: its cost grows less with it."""

    if x.is_floating_point():
        return nn.functional.linear(x, weight, bias)

    columns = nn.functional.embedding(x.squeeze(-1), weight.t().contiguous())

    return columns if bias is None else columns + bias


class MLP(nn.Module):
    r"""Creates a multilayer perceptron.

    Arguments:
        inputs: The size of each input.
        outputs: The size of the output.
        hidden: The sizes of the hidden layers.
        dropout: The share of hidden units left out in training.
        norm: Whether hidden layers are normalized, row by row.
        activation: The activation of hidden layers.
    """

    def __init__(
        self,
        inputs: Sequence[int],
        outputs: int,
        hidden: Sequence[int] = (500, 500),
        dropout: float = 0.0,
        norm: bool = False,
        activation: type[nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()

        sizes = [*hidden, outputs]

        layers: list[nn.Module] = []
        for before, after in pairwise(sizes):
            layers += [nn.LayerNorm(before)] if norm else []
            layers += [activation(), nn.Dropout(dropout)] if dropout else [activation()]
            layers += [nn.Linear(before, after)]

        self.first = Join(inputs, sizes[0])
        self.rest = nn.Sequential(*layers)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Maps inputs of shape (*, size), each with axes that broadcast, to features of shape (*, outputs)."""

        return self.rest(self.first(*inputs))
