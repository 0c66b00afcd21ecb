r"""What a fit found out about itself: its faults, and how sure it may be."""

from __future__ import annotations

__all__ = ["Calibration", "Finding", "Health"]

import dataclasses
from dataclasses import dataclass
from typing import Any


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
        name: A short name: "posterior collapse", "dead units", "label ignored", "repeats itself" or "far off".
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
