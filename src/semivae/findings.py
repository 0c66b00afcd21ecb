r"""The results of a fit about itself: its calibration, its faults, and its predictions of held-out labels."""

from __future__ import annotations

__all__ = ["Calibration", "Finding", "Health", "HeldOut", "chosen", "known"]

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Calibration:
    r"""The calibration of a fit by labels that were held out.

    Attributes:
        not_done: The reason why there is none, if so.
        labels: The number of labels that were held out.
        factor: The divisor of logits, or the factor of standard deviations.
        shifted: Whether the labels were not drawn at random, so that the shares of the classes were estimated.
    """

    not_done: str = ""
    labels: int = 0
    factor: float = 1.0
    shifted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Returns the calibration as plain JSON values."""

        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Finding:
    r"""A fault of a model.

    Attributes:
        name: A short name: "posterior collapse", "dead units", "label ignored", "repeats itself", "far off",
            "overconfident", "labels elsewhere" or "unstable".
        measured: The number that shows it.
        sentence: The fault, in one sentence.
        mend: The setting that mends it, as Python has it.
    """

    name: str
    measured: float
    sentence: str
    mend: str

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}; try {self.mend}"


@dataclass(frozen=True)
class Health:
    r"""The health of a fit.

    Attributes:
        findings: The faults that were found.
        not_judged: The reason why nothing was measured, if so.
    """

    findings: tuple[Finding, ...] = ()
    not_judged: str = ""

    def __str__(self) -> str:
        if self.not_judged:
            return f"not judged: {self.not_judged}"

        return "\n".join(map(str, self.findings)) or "no fault found"

    def to_json(self) -> dict[str, Any]:
        """Returns the health as plain JSON values."""

        return dataclasses.asdict(self)


@dataclass(frozen=True, eq=False)
class HeldOut:
    r"""The out-of-fold predictions of a model.

    Attributes:
        rows: The positions of the labeled rows among the rows of the comparison, with shape (M,).
        folds: The fold that held out each row, with shape (M,).
        truth: The labels of the rows, codes of classes or values, with shape (M,).
        predictions: Log-probabilities of the classes, with shape (M, C), minus infinity for a class that no label of
            the fit had; or means and standard deviations of a number, with shape (M, 2). They are not calibrated.
        classes: Whether the target is a class.
        members: The predictions of each member of a committee, by name: probabilities with shape (M, C), or values
            with shape (M,).
        alone: The predictions of the members that learned from labels alone, as :py:`predictions`, if there are any.
    """

    rows: NDArray[np.int64]
    folds: NDArray[np.int64]
    truth: NDArray[Any]
    predictions: NDArray[np.float64]
    classes: bool
    members: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    alone: NDArray[np.float64] | None = None

    def whole(self, y: NDArray[Any]) -> bool:
        """Whether the labels of rows were held out in several folds; takes rows as :meth:`of` does."""

        return len(np.unique(self.folds)) > 1 and self.of(y)

    def of(self, y: NDArray[Any]) -> bool:
        r"""Whether all rows that were held out are labeled rows of a comparison.

        Arguments:
            y: Codes (-1 where unlabeled) or values (NaN where unlabeled) of its rows, with shape (N,).
        """

        return bool(self.rows.max() < len(y)) and bool(known(y)[self.rows].all())

    def parts(self, y: NDArray[Any]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Returns the training and test positions of each fold among the labeled rows, as :meth:`of` takes them."""

        labeled = np.flatnonzero(known(y))
        fold = np.full(len(y), -1)
        fold[self.rows] = self.folds
        fold = fold[labeled]

        return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in np.unique(self.folds)]

    @property
    def chosen(self) -> NDArray[Any]:
        """The codes of the most probable classes, or the means of a number, with shape (M,)."""

        return chosen(self.predictions, self.classes)


def known(y: NDArray[Any]) -> NDArray[np.bool_]:
    """Returns the mask of labeled rows, with shape (N,), given codes (-1 where unlabeled) or values (NaN)."""

    return ~np.isnan(y) if y.dtype.kind == "f" else y >= 0


def chosen(predictions: NDArray[np.float64], classes: bool) -> NDArray[Any]:
    """Returns the codes of the most probable classes, or the means of a number, with shape (M,)."""

    return predictions.argmax(axis=1) if classes else predictions[:, 0]
