r"""The encoder of sentences: a transformer of the BERT family, with the mean of its outputs over the tokens.

.. math:: e = \frac{m}{\lVert m \rVert}, \quad m = \frac{1}{T} \sum_t h_t

References:
    | BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding (Devlin et al., 2018)
    | https://arxiv.org/abs/1810.04805

    | Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks (Reimers and Gurevych, 2019)
    | https://arxiv.org/abs/1908.10084
"""

from __future__ import annotations

__all__ = ["Encoder"]

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Layer(nn.Module):
    r"""Creates a layer: self-attention and two linear maps, each added to its input and then normalized.

    Arguments:
        width: The size of a token.
        heads: The number of attention heads.
        inner: The size between the two linear maps.
        epsilon: The smallest variance of a normalization.
    """

    def __init__(self, width: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()

        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.after_attention = nn.LayerNorm(width, epsilon)
        self.widen, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)
        self.after = nn.LayerNorm(width, epsilon)

    def forward(self, h: Tensor) -> Tensor:
        """Maps tokens to tokens, both with shape (B, T, width)."""

        parts = (part(h).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value))
        seen = functional.scaled_dot_product_attention(*parts)
        h = self.after_attention(h + self.output(seen.transpose(1, 2).flatten(2)))

        return self.after(h + self.narrow(functional.gelu(self.widen(h))))


class Encoder(nn.Module):
    r"""Creates an encoder with fresh weights.

    Arguments:
        facts: The settings of the model, as Hugging Face writes them in `config.json`.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__()

        width, epsilon = facts["hidden_size"], facts["layer_norm_eps"]
        sizes = (width, facts["num_attention_heads"], facts["intermediate_size"], epsilon)

        self.width = width
        self.longest = facts["max_position_embeddings"]
        self.words = nn.Embedding(facts["vocab_size"], width)
        self.places = nn.Embedding(self.longest, width)
        self.types = nn.Embedding(facts["type_vocab_size"], width)
        self.norm = nn.LayerNorm(width, epsilon)
        self.layers = nn.ModuleList(Layer(*sizes) for _ in range(facts["num_hidden_layers"]))

    def forward(self, tokens: Tensor) -> Tensor:
        """Maps the tokens of sentences of the same length, (B, T), to vectors of length 1, (B, width)."""

        places = torch.arange(tokens.shape[1], device=tokens.device)
        h = self.norm(self.words(tokens) + self.places(places) + self.types.weight[0])

        for layer in self.layers:
            h = layer(h)

        return functional.normalize(h.mean(1), dim=-1)

    @classmethod
    def of(cls, facts: Mapping[str, Any], saved: Mapping[str, Tensor]) -> Encoder:
        """Returns the encoder with saved weights, under the names that Hugging Face gives them."""

        with torch.device("meta"):
            encoder = cls(facts)

        names = encoder.state_dict()
        encoder.load_state_dict({name: saved[saved_name(name)].float() for name in names}, assign=True)

        return encoder.eval().requires_grad_(False)


# The first word of the name of a part of the encoder and of a layer, here and in files of Hugging Face.
PARTS = {
    "words": "embeddings.word_embeddings",
    "places": "embeddings.position_embeddings",
    "types": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "output": "attention.output.dense",
    "after_attention": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "after": "output.LayerNorm",
}


def saved_name(name: str) -> str:
    """Returns the name that a weight has in a file of Hugging Face."""

    *where, part, weight = name.split(".")

    return ".".join([*(["encoder", "layer", where[-1]] if where else []), PARTS[part], weight])
