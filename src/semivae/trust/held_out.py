r"""Out-of-fold predictions: of each labeled row, by a fit that did not see its label."""

from __future__ import annotations

__all__ = ["HeldOut"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class HeldOut:
    r"""The out-of-fold predictions of a model.

    Attributes:
        rows: The positions of the labeled rows among the rows of the comparison, with shape (M,).
        folds: The fold that held out each row, with shape (M,).
        predictions: Log-probabilities of the classes, with shape (M, C), minus infinity for a class that no label of
            the fit had; or means and standard deviations of a number, with shape (M, 2).
        classes: Whether the target is a class.
        members: The predictions of each member of a committee, by name: probabilities with shape (M, C), or values
            with shape (M,).
    """

    rows: NDArray[np.int64]
    folds: NDArray[np.int64]
    predictions: NDArray[np.float64]
    classes: bool
    members: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def chosen(self) -> NDArray[Any]:
        """The codes of the most probable classes, or the means of a number, with shape (M,)."""

        return chosen(self.predictions, self.classes)


def chosen(predictions: NDArray[np.float64], classes: bool) -> NDArray[Any]:
    """Returns the codes of the most probable classes, or the means of a number, with shape (M,)."""

    return predictions.argmax(axis=1) if classes else predictions[:, 0]
