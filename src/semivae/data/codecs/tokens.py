r"""Strings as tokens: those of SMILES or of SELFIES, words, or characters.

SELFIES (pip install selfies) is another way to write a molecule, in which every sequence of tokens is one.

References:
    | Self-Referencing Embedded Strings: A 100% Robust Molecular String Representation (Krenn et al., 2020)
    | https://doi.org/10.1088/2632-2153/aba947
"""

from __future__ import annotations

__all__ = ["UNKNOWN", "joined", "split", "splitting", "vocabulary"]

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from semivae.errors import DataError

# How a token that the fit did not know is written.
UNKNOWN = "\N{REPLACEMENT CHARACTER}"

# Atoms in brackets, atoms of two letters, ring closures of two digits, and the rest of one character.
ATOMS = r"\[[^\[\]]+\]|Br|Cl|%\d\d|[BCNOPSFIbcnops0-9=#$:\-()\\/.~*]"
SMILES = re.compile(f"{ATOMS}|.", re.DOTALL)
ALL_SMILES = re.compile(f"(?:{ATOMS})+")
WORDS = re.compile(r"\w+(?:['-]\w+)*|[^\w\s]")

# Marks of structure: without one, letters such as "CON" may as well be words.
STRUCTURE = re.compile(r"[\[(=#0-9]")

# Molecules whose tokens are kept, as to find them takes longer than all else that is done with a string.
MOST_KEPT = 2**19

# The strings that the way to split is judged by, and the spaces of a string from which on it is split into words.
JUDGED, SPACES = 1000, 2

# The most tokens that are told apart, and the fewest strings that a token is in, unless all are in fewer.
MOST_TOKENS, FEWEST = 5000, 2


def splitting(texts: Sequence[str]) -> str:
    r"""Returns the way to split strings: "smiles", "words" or "characters".

    Strings are SMILES if their tokens are all of each string, and most strings have a ring, a branch or a bond. They
    are words if they have two spaces on average.
    """

    some = [text for text in islice(texts, JUDGED) if text]

    if not some:
        return "characters"

    structured = sum(STRUCTURE.search(text) is not None for text in some)

    if 2 * structured > len(some) and all(map(ALL_SMILES.fullmatch, some)):
        return "smiles"

    return "words" if sum(text.strip().count(" ") for text in some) >= SPACES * len(some) else "characters"


@lru_cache(MOST_KEPT)
def as_selfies(text: str) -> Sequence[str]:
    """Returns the tokens in SELFIES of a molecule in SMILES; one unknown token for any other string."""

    library = selfies()

    try:
        return tuple(map(sys.intern, library.split_selfies(library.encoder(text, strict=False))))
    except library.EncoderError:
        return (UNKNOWN,)


def selfies() -> Any:
    r"""Returns the library that translates molecules.

    Raises:
        DataError: If it is not installed.
    """

    try:
        import selfies  # type: ignore[import-not-found]
    except ImportError:
        raise DataError(
            "selfies is not installed", "it translates molecules", "pip install 'semivae[molecules]'"
        ) from None

    return selfies


SPLIT: dict[str, Callable[[str], Sequence[str]]] = {
    "characters": list,
    "smiles": SMILES.findall,
    "selfies": as_selfies,
    "words": WORDS.findall,
}


def split(text: str, way: str) -> Sequence[str]:
    """Returns the tokens of a string, split in a way that :func:`splitting` names, or as "selfies"."""

    return SPLIT[way](text)


def joined(tokens: Iterable[str], way: str) -> str:
    """Returns the string of some tokens. Words get a space between, but none before a mark that ends a clause."""

    if way == "selfies":
        return selfies().decoder("".join(token for token in tokens if token != UNKNOWN))

    if way != "words":
        return "".join(tokens)

    return re.sub(r" ([.,;:!?%)\]])", r"\1", " ".join(tokens))


def vocabulary(texts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Returns the tokens of strings that are told apart, the most frequent first; any other is unknown."""

    counts = Counter(token for tokens in texts for token in set(tokens))
    fewest = min(FEWEST, max(counts.values(), default=0))
    often = [token for token, count in counts.items() if count >= fewest and token != UNKNOWN]

    return tuple(sorted(often, key=lambda token: (-counts[token], token))[:MOST_TOKENS])
