r"""The one arrow of every model: a network followed by a family.

.. math:: p(a \mid b, c) = \mathrm{Family}(a \mid \mathrm{network}(b, c))

Encoder, decoder, classifier and predictor are all this; :class:`Net` builds the network from the variables and sizes
that go in, and the family that comes out.
"""

from __future__ import annotations

__all__ = ["Conditional", "Net"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.families import Family
from semivae.networks import MLP, SMALLEST_CONV, ConvDecoder, trunk_of
from semivae.variables import Variable


class Conditional(nn.Module):
    r"""Creates a conditional distribution :math:`p(a \mid b, c, \dots)`.

    Arguments:
        trunks: The networks that lay out each input as a vector.
        body: The network that maps the vectors to the features of the family.
        family: The family that makes a distribution of the features.
    """

    def __init__(self, trunks: Sequence[nn.Module], body: nn.Module, family: Family) -> None:
        super().__init__()

        self.trunks = nn.ModuleList(trunks)
        self.body = body
        self.family = family

    def forward(self, *inputs: Tensor) -> Distribution:
        """Returns the distribution given inputs of shape (*, size), each with axes that broadcast."""

        return self.laid_out(*(trunk(x) for trunk, x in zip(self.trunks, inputs, strict=True)))

    def laid_out(self, *features: Tensor) -> Distribution:
        """Returns the distribution given the vectors of the trunks, with shape (*, width)."""

        return self.family(self.body(*features))

    @property
    def width(self) -> int:
        """How many numbers the body reads of the first input, where that is a row."""

        return int(self.trunks[0].width)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Net:
    r"""Builds the network of a conditional from its inputs and its outcome.

    Arguments:
        hidden: The sizes of the hidden layers.
        conv: Whether images are read and drawn by convolutions.
        dropout: The share of hidden units left out in training, where a conditional asks for it.
    """

    hidden: tuple[int, ...] = (500, 500)
    conv: bool = False
    dropout: float = 0.0

    def __call__(self, *inputs: int | tuple[Variable, ...], to: Family, regularized: bool = False) -> Conditional:
        r"""Returns a conditional.

        Arguments:
            inputs: The conditions: the size of a vector, or the variables of the data.
            to: The family of the outcome.
            regularized: Whether hidden layers are normalized and drop units: for outcomes that few rows teach.
        """

        trunks = [self.trunk(part) for part in inputs]
        widths = [
            part if isinstance(part, int) else int(trunk.width) for part, trunk in zip(inputs, trunks, strict=True)
        ]

        if self.conv and len(to.shape) == 3 and min(to.shape[1:]) >= SMALLEST_CONV:
            body = ConvDecoder(widths, to.size, to.shape, self.hidden)
        else:
            body = MLP(widths, to.size, self.hidden, self.dropout if regularized else 0.0, norm=regularized)

        return Conditional(trunks, body, to)

    def trunk(self, part: int | tuple[Variable, ...]) -> Any:
        """Returns the trunk that lays out one input as a vector."""

        return nn.Identity() if isinstance(part, int) else trunk_of(part, self.conv)
