r"""Sequences: strings as codes of tokens. The codec of sequences translates them as a whole."""

from __future__ import annotations

__all__ = ["Sequence"]

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from semivae.data.kinds.base import Kind, kinds

SHOWN = 8  # tokens in a description
WAYS = {"characters": "characters", "smiles": "SMILES tokens", "selfies": "SELFIES tokens", "words": "words"}


@kinds.register("sequence")
class Sequence(Kind):
    """Handler of sequences."""

    of_columns: ClassVar[bool] = True

    def describe(self, number: Callable[[Any], str]) -> str:
        """Returns the way strings are split, the number of tokens, and the first of them."""

        variable = self.variable
        few = " ".join(variable.classes[:SHOWN])

        return (
            f"{len(variable.classes):,} {WAYS[variable.tokens]}, up to {variable.shape[0]} a string: "
            f"{few}{' ...' if len(variable.classes) > SHOWN else ''}"
        )

    def problems(self) -> Iterator[str]:
        """Yields problems with the length and the tokens."""

        variable = self.variable

        if len(variable.shape) != 1 or not 1 <= variable.shape[0]:
            yield f"a sequence cannot have shape {variable.shape}"

        if not variable.classes or not all(isinstance(token, str) and token for token in variable.classes):
            yield "its tokens must be texts"

        if len(set(variable.classes)) != len(variable.classes):
            yield "a token occurs twice"

        if variable.tokens not in WAYS:
            yield f"a sequence cannot be split into {variable.tokens!r}"
