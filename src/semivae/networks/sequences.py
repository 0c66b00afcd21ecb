r"""Networks that read sequences of tokens, coded from 1 on and followed by zeros."""

from __future__ import annotations

__all__ = ["SequenceTrunk", "TokenCounts"]

import torch
from torch import Tensor, nn

from semivae.variables import Variable

EMBEDDING = 64

# The channels of each layer; every layer halves the sequence.
CHANNELS = (96, 128, 192)

# Counts of pairs share so many places. In trials with 1,000 labels of molecules, a ridge regression explained 83 % of
# logP with 256 places and 92 % with 1,024 (SELFIES: 79 and 85 %).
PAIRS = 1024
PRIME = 31


class TokenCounts(nn.Module):
    r"""Creates a trunk that counts tokens and pairs of neighbors, without anything to learn.

    Pairs share :py:`PAIRS` places by a hash.

    Arguments:
        variable: The sequence.
    """

    def __init__(self, variable: Variable) -> None:
        super().__init__()

        self.tokens = len(variable.classes) + 1
        self.pairs = min(PAIRS, self.tokens**2)
        self.width = self.tokens + self.pairs

    def forward(self, x: Tensor) -> Tensor:
        """Maps codes of shape (*, L) to counts of shape (*, width)."""

        codes = x.long()
        first, second = codes[..., :-1], codes[..., 1:]
        places = self.tokens + 1 + (first * PRIME * PRIME + second * PRIME) % 65_521 % self.pairs
        # The first place counts what follows the end, and is left out.
        places = torch.cat([codes, torch.where(second > 0, places, 0)], dim=-1)
        counts = x.new_zeros(*x.shape[:-1], self.width + 1)

        return counts.scatter_add(-1, places, torch.ones_like(places, dtype=x.dtype))[..., 1:]


class SequenceTrunk(nn.Module):
    r"""Creates a trunk of convolutions over tokens, each halving the sequence.

    Its features are the outputs of the last layer, which show the order of tokens, and the sum of those of the first
    layer, which counts short runs of tokens.

    Arguments:
        variable: The sequence.
    """

    def __init__(self, variable: Variable) -> None:
        super().__init__()

        (length,) = variable.shape

        self.embedding = nn.Embedding(len(variable.classes) + 2, EMBEDDING, padding_idx=0)
        self.layers = nn.ModuleList()
        before = EMBEDDING

        for after in CHANNELS:
            self.layers.append(nn.Conv1d(before, after, 4, stride=2, padding=2))
            before, length = after, length // 2 + 1

        self.length = variable.shape[0]
        self.width = before * length + CHANNELS[0]

    def forward(self, x: Tensor) -> Tensor:
        """Maps codes of shape (*, L) to features of shape (*, width)."""

        h = self.embedding(x.long().reshape(-1, self.length)).transpose(-1, -2)  # (N, E, L)
        counted = h.new_zeros(0)

        for i, layer in enumerate(self.layers):
            h = nn.functional.relu(layer(h))
            # Half as many places as tokens: the sum stays near 1 whatever the longest string.
            counted = counted if i else h.sum(-1) / (self.length / 4)

        return torch.cat([h.flatten(1), counted], dim=-1).reshape(*x.shape[:-1], self.width)
