r"""The folds of a comparison."""

from __future__ import annotations

__all__ = ["Fold", "Folds", "Index"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.findings import known

Index = NDArray[np.int64]
Fold = tuple[Index, Index]


@dataclass(frozen=True)
class Folds:
    r"""The folds of a comparison.

    Attributes:
        y: The codes of the rows (-1 where unlabeled) or their values (NaN where unlabeled), with shape (N,).
        parts: Training and test positions among the labeled rows.
    """

    y: NDArray[Any]
    parts: Sequence[Fold]

    @property
    def classes(self) -> bool:
        """Whether the target is a class."""

        return self.y.dtype.kind != "f"

    @property
    def known(self) -> NDArray[np.bool_]:
        """The mask of labeled rows, with shape (N,)."""

        return known(self.y)

    @property
    def fewest(self) -> int:
        """The labels of the smallest training part."""

        return min(len(train) for train, _ in self.parts)

    @property
    def ratio(self) -> float:
        """The test labels of a fold per training label, on average."""

        return sum(len(test) for _, test in self.parts) / sum(len(train) for train, _ in self.parts)

    @property
    def labeled(self) -> list[Fold]:
        """Labeled training rows and test rows of each fold, as positions among all rows."""

        rows = np.flatnonzero(self.known)

        return [(rows[train], rows[test]) for train, test in self.parts]

    @property
    def whole(self) -> list[Fold]:
        """All training rows and test rows of each fold, as positions among all rows."""

        others = np.flatnonzero(~self.known)

        return [(np.concatenate([train, others]), test) for train, test in self.labeled]

    @property
    def tests(self) -> Index:
        """The test rows of all folds, one fold after another."""

        return np.concatenate([test for _, test in self.labeled])
