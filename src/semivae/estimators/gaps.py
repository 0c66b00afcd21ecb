r"""Missing cells of samples: the patterns in which rows lack cells, drawn as often as the rows of the fit have them.

The likelihood leaves missing cells out, so that a model draws complete rows. A sample gets the missing cells of a
training row that is drawn at random. This is exact where cells are missing completely at random. Elsewhere, the shares
of missing cells are right, in each column and together, but not how they depend on the values of a row.
"""

from __future__ import annotations

__all__ = ["Gap", "gaps_of", "with_gaps"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.data.sparse import SparseRows
from semivae.data.stream.rows import Ingested

# The most patterns that are kept; where there are more, those of so many rows, drawn at random.
MOST = 1000

# The rows on disk that are looked at.
ROWS = 10_000

# Patterns read from a file may have no other keys or types.
STRICT = {"strict": True, "extra": "forbid"}


@dataclass(frozen=True)
class Gap:
    r"""A pattern of missing cells.

    Attributes:
        columns: The positions of the variables that are missing; none in a complete row.
        rows: The number of rows with this pattern.
    """

    __pydantic_config__ = STRICT

    columns: tuple[int, ...]
    rows: int


def gaps_of(x: Any, seed: int) -> list[Gap]:
    r"""Returns the patterns of missing cells in the rows of a fit; nothing if no cell is missing.

    Arguments:
        x: The rows in the units of a model, or where they are on disk.
        seed: The seed of the rows that are drawn where there are too many.
    """

    if isinstance(x, SparseRows):
        return []

    random = np.random.default_rng(seed)
    missing = np.isnan(some(x, random) if isinstance(x, Ingested) else x)

    if not missing.any():
        return []

    packed, counts = np.unique(np.packbits(missing, axis=1), axis=0, return_counts=True)

    if len(packed) > MOST:
        drawn = random.choice(len(missing), MOST, replace=False)
        packed, counts = np.unique(np.packbits(missing[drawn], axis=1), axis=0, return_counts=True)

    patterns = np.unpackbits(packed, axis=1, count=missing.shape[1])

    return [Gap(tuple(np.flatnonzero(one).tolist()), int(count)) for one, count in zip(patterns, counts, strict=True)]


def some(rows: Ingested, random: np.random.Generator) -> NDArray[np.floating]:
    """Returns some rows on disk, in the units of a model, drawn from all."""

    labeled, unlabeled = rows.split.labeled, rows.split.unlabeled
    total = len(labeled) + len(unlabeled)
    drawn = np.sort(random.choice(total, min(ROWS, total), replace=False))
    first, second = drawn[drawn < len(labeled)], drawn[drawn >= len(labeled)] - len(labeled)

    return np.concatenate([labeled.take(first.tolist()), unlabeled.take(second.tolist())])


def with_gaps(x: NDArray[np.float64], gaps: Sequence[Gap], random: np.random.RandomState) -> NDArray[np.float64]:
    r"""Returns rows with missing cells.

    Arguments:
        x: Complete rows in the units of a model, with shape (N, P).
        gaps: The patterns to draw from; none leaves rows complete.
        random: The state that they are drawn from.
    """

    if not gaps:
        return x

    counts = np.array([gap.rows for gap in gaps])
    table = np.zeros((len(gaps), x.shape[1]), dtype=bool)

    for row, gap in zip(table, gaps, strict=True):
        row[list(gap.columns)] = True

    return np.where(table[random.choice(len(gaps), len(x), p=counts / counts.sum())], np.nan, x)
