r"""Did the unlabeled rows help? The answer on the given labels, with an interval and one plain sentence.

Each row scores by itself (right or wrong; for a real target, its part of :math:`R^2`), so that differences are paired
and their interval comes from resampling rows.
"""

from __future__ import annotations

__all__ = ["ALONE", "MODEL", "Row", "Verdict", "judge"]

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.findings import HeldOut
from semivae.trust.confidence import Confidence, Width

RESAMPLES = 2000

# The names of two methods in the table.
MODEL, ALONE = "this model", "same network, labels alone"


@dataclass(frozen=True)
class Row:
    r"""One line of the table.

    Attributes:
        name: The method.
        mean: Its score.
        low: Lower end of a 95% interval.
        high: Upper end of a 95% interval.
    """

    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    r"""The outcome of a comparison.

    Attributes:
        metric: The score: "accuracy" or "R2".
        labels: The number of labeled rows that were scored.
        rows: The methods.
        gain: The gain of the same network from unlabeled rows; None without unlabeled rows.
        epochs: The epochs of each fit in the comparison, which may be fewer than the model's.
        sentence: The answer in one sentence.
        confidence: The confidence of the model on held-out labels; None if the fits had fewer epochs than the model.
        held_out: The out-of-fold predictions of the model. They are not saved with it.
    """

    metric: str
    labels: int
    rows: tuple[Row, ...]
    gain: Row | None
    epochs: int
    sentence: str
    confidence: Confidence | Width | None = None
    held_out: HeldOut | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Returns the verdict as plain JSON values, without the out-of-fold predictions, which may be large."""

        facts = dataclasses.asdict(dataclasses.replace(self, held_out=None))
        del facts["held_out"]

        return facts


def judge(scores: dict[str, NDArray[np.float64]], metric: str, epochs: int, most: int) -> Verdict:
    r"""Judges the scores of several methods.

    Arguments:
        scores: The score of each row by each method, the model's own first.
        metric: The name of the score.
        epochs: The epochs of the compared fits.
        most: The epochs of the model itself.
    """

    first, *others = scores
    rows = tuple(interval(name, values) for name, values in scores.items())
    alone = scores.get(ALONE)
    gain = None if alone is None else interval("gain", scores[first] - alone)
    best = max(rows, key=lambda row: row.mean)

    sentence = "There are no unlabeled rows." if gain is None else say(gain, metric)

    if others and best.name not in (first, ALONE):
        sentence += f" On these labels {best.name} scored higher ({best.mean:.3f} against {rows[0].mean:.3f})."

    if epochs < most:
        sentence += f" The fits compared had {epochs} of its {most} epochs: the model itself may be better."

    return Verdict(metric, len(scores[first]), rows, gain, epochs, sentence)


def say(gain: Row, metric: str) -> str:
    """Says in a sentence whether the unlabeled rows helped."""

    amount = f"{gain.mean:+.3f} {metric}, 95% interval {gain.low:+.3f} to {gain.high:+.3f}"

    if gain.low > 0:
        return f"The unlabeled rows helped: {amount} over the same network on the labels alone."

    if gain.high < 0:
        return f"The unlabeled rows hurt: {amount} against the same network on the labels alone."

    return f"Whether the unlabeled rows helped cannot be said from so few labels: {amount}."


def interval(name: str, values: NDArray[np.float64]) -> Row:
    """Returns the mean of values with a 95% interval from resampled rows."""

    random = np.random.default_rng(0)
    means = values[random.integers(len(values), size=(RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])

    return Row(name, float(values.mean()), float(low), float(high))
