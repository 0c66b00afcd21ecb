r"""The doubt of a model about rows: how close its two best classes are, or how wide its values spread."""

from __future__ import annotations

__all__ = ["Doubt", "DoubtOfClasses", "DoubtOfSeveral", "DoubtOfValues"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


class Doubt(Protocol):
    """The doubt of a model about each of N rows."""

    def values(self) -> Values:
        """Returns the doubt of each row, with shape (N,): 0 is sure, and 1 is as unsure as can be or as is usual."""
        ...

    def said(self, row: int) -> str:
        """Says in a few words how unsure the model is of a row."""
        ...


# The probability of a class from which on a model does not hesitate.
SURE = 0.95


@dataclass(frozen=True, eq=False)
class DoubtOfClasses:
    r"""One minus the margin between the two most probable classes.

    Attributes:
        probabilities: The probabilities of the classes, with shape (N, C).
        classes: The classes, with shape (C,).
    """

    probabilities: Values
    classes: Sequence[Any] | NDArray[Any]

    def values(self) -> Values:
        """Returns the doubt of each row, with shape (N,)."""

        if self.probabilities.shape[1] < 2:
            return np.zeros(len(self.probabilities))

        second, first = np.partition(self.probabilities, -2, axis=1)[:, -2:].T

        return 1 - (first - second)

    def said(self, row: int) -> str:
        """Names the most probable classes of a row."""

        found = self.probabilities[row]
        best = np.argsort(-found, kind="stable")[:2]
        named = [f"{self.classes[code]} ({found[code]:.0%})" for code in best]

        if len(named) < 2 or found[best[0]] >= SURE:
            return f"the model says {named[0]}"

        return f"the model hesitates between {' and '.join(named)}"


@dataclass(frozen=True, eq=False)
class DoubtOfValues:
    r"""The standard deviation of a predicted number, over that of most rows.

    Attributes:
        deviations: The standard deviations of the predictions, with shape (N,).
    """

    deviations: Values

    def values(self) -> Values:
        """Returns the doubt of each row, with shape (N,)."""

        return self.deviations / max(np.median(self.deviations), np.finfo(float).tiny)

    def said(self, row: int) -> str:
        """Names the deviation of the prediction of a row."""

        return f"the predicted value is uncertain by {self.deviations[row]:.3g}"


@dataclass(frozen=True, eq=False)
class DoubtOfSeveral:
    r"""The mean doubt about several targets.

    Attributes:
        parts: The doubt about each target, by its name.
    """

    parts: dict[str, Doubt]

    def values(self) -> Values:
        """Returns the doubt of each row, with shape (N,)."""

        return np.mean([part.values() for part in self.parts.values()], axis=0)

    def said(self, row: int) -> str:
        """Says how unsure the model is of the target that it doubts most."""

        worst = max(self.parts, key=lambda name: self.parts[name].values()[row])

        return f"{worst}: {self.parts[worst].said(row)}"
