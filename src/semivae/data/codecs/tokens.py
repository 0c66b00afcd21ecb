r"""Strings as tokens: the tokens of SMILES, words, or characters."""

from __future__ import annotations

__all__ = ["UNKNOWN", "joined", "split", "splitting", "vocabulary"]

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

# How a token that the fit did not know is written.
UNKNOWN = "\N{REPLACEMENT CHARACTER}"

# Atoms in brackets, atoms of two letters, ring closures of two digits, and the rest of one character.
ATOMS = r"\[[^\[\]]+\]|Br|Cl|%\d\d|[BCNOPSFIbcnops0-9=#$:\-()\\/.~*]"
SMILES = re.compile(f"{ATOMS}|.", re.DOTALL)
ALL_SMILES = re.compile(f"(?:{ATOMS})+")
WORDS = re.compile(r"\w+(?:['-]\w+)*|[^\w\s]")

# Marks of structure: without one, letters such as "CON" may as well be words.
STRUCTURE = re.compile(r"[\[(=#0-9]")

SPLIT: dict[str, Callable[[str], list[str]]] = {"characters": list, "smiles": SMILES.findall, "words": WORDS.findall}

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


def split(text: str, way: str) -> list[str]:
    """Returns the tokens of a string, split in a way that :func:`splitting` names."""

    return SPLIT[way](text)


def joined(tokens: Iterable[str], way: str) -> str:
    """Returns the string of some tokens. Words get a space between, but none before a mark that ends a clause."""

    if way != "words":
        return "".join(tokens)

    return re.sub(r" ([.,;:!?%)\]])", r"\1", " ".join(tokens))


def vocabulary(texts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Returns the tokens of strings that are told apart, the most frequent first; any other is unknown."""

    counts = Counter(token for tokens in texts for token in set(tokens))
    fewest = min(FEWEST, max(counts.values(), default=0))
    often = [token for token, count in counts.items() if count >= fewest]

    return tuple(sorted(often, key=lambda token: (-counts[token], token))[:MOST_TOKENS])
