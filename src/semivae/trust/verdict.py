r"""Did the unlabeled rows help? The answer on the given labels, with an interval and one plain sentence.

Each row scores by itself (right or wrong; for a real target, its part of :math:`R^2`), so that differences are paired.
A gain or a loss is stated only if the corrected interval and, for classes, McNemar's exact test agree.
"""

from __future__ import annotations

__all__ = ["ALONE", "LEARNERS", "MODEL", "Row", "Verdict", "judge", "method"]

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation import Average, Share
from semivae.findings import HeldOut
from semivae.trust.confidence import Confidence, Width
from semivae.trust.paired import corrected, direction, mcnemar

# The names of methods in the table.
MODEL, ALONE, LEARNERS = "this model", "same network, labels alone", "learners, labels alone"

# Methods that saw no unlabeled row, as a sentence names them.
BASELINES = {
    ALONE: "the same network on the labels alone",
    LEARNERS: "the learners that saw the labels alone",
}


@dataclass(frozen=True)
class Row:
    r"""One line of the table.

    Attributes:
        name: The method.
        mean: Its score.
        low: Lower end of a 95% interval.
        high: Upper end of a 95% interval.
        weight: Its weight, if it is a member of a committee.
    """

    name: str
    mean: float
    low: float
    high: float
    weight: float | None = None


@dataclass(frozen=True)
class Verdict:
    r"""The outcome of a comparison.

    Attributes:
        metric: The score: "accuracy" or "R2".
        labels: The number of labeled rows that were scored.
        rows: The methods.
        gain: The gain from unlabeled rows; None without unlabeled rows, or if the model was not compared.
        p_value: The p value of McNemar's test of the gain; None for a number or without a gain.
        sentence: The answer in one sentence.
        needed: The approximate seconds of a comparison of the model, if there was not enough time for it.
        confidence: The confidence of the model on held-out labels; None if no label was held out.
        held_out: The out-of-fold predictions of the model, if it was compared. They are not saved with it.
    """

    metric: str
    labels: int
    rows: tuple[Row, ...]
    gain: Row | None
    p_value: float | None
    sentence: str
    needed: float | None = None
    confidence: Confidence | Width | None = None
    held_out: HeldOut | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Returns the verdict as plain JSON values, without the out-of-fold predictions, which may be large."""

        facts = dataclasses.asdict(dataclasses.replace(self, held_out=None))
        del facts["held_out"]

        return facts


def judge(
    scores: dict[str, NDArray[np.float64]],
    metric: str,
    ratio: float,
    members: tuple[Row, ...] = (),
    needed: float | None = None,
) -> Verdict:
    r"""Judges the scores of several methods.

    Arguments:
        scores: The score of each row by each method, with shape (N,).
        metric: The name of the score.
        ratio: The test labels of a fold per training label.
        members: The members of the model's committee, if it has one.
        needed: The approximate seconds of the fits of the model, if they were not made for lack of time.
    """

    found = {name: method(name, values, metric) for name, values in scores.items()}
    labels = len(next(iter(scores.values())))
    gain, p_value, said = None, None, "There are no unlabeled rows."

    for name in BASELINES.keys() & scores.keys():
        differences = scores[MODEL] - scores[name]
        gain = Row("gain", float(differences.mean()), *corrected(differences, ratio))
        p_value = mcnemar(differences) if metric == "accuracy" else None
        said = say(gain, p_value, metric, BASELINES[name])

    if MODEL not in scores:
        said = not_compared(needed or 0.0)
    else:
        said += better(found)

    # The model, its members, and the rest.
    rows = [row for name, row in found.items() if name != MODEL]
    first = [found[MODEL]] if MODEL in found else []

    return Verdict(metric, labels, (*first, *members, *rows), gain, p_value, said, needed)


def say(gain: Row, p_value: float | None, metric: str, baseline: str) -> str:
    r"""Says in a sentence whether the unlabeled rows helped.

    Arguments:
        gain: The gain.
        p_value: The p value of McNemar's test, which can only take a verdict back; None for a number.
        metric: The name of the score.
        baseline: The method without unlabeled rows, in words.
    """

    amount = f"{gain.mean:+.3f} {metric}, 95% interval {gain.low:+.3f} to {gain.high:+.3f}"
    verdict = direction((gain.low, gain.high), p_value)

    if verdict > 0:
        return f"The unlabeled rows helped: {amount} over {baseline}."

    if verdict < 0:
        return f"The unlabeled rows hurt: {amount} against {baseline}."

    taken_back = p_value is not None and (gain.low > 0 or gain.high < 0)
    doubt = f"; McNemar's exact test does not agree (p = {p_value:.2f})" if taken_back else ""

    return f"These labels cannot tell whether the unlabeled rows helped: {amount} over {baseline}{doubt}."


def not_compared(seconds: float) -> str:
    """Says that a model was not compared, and the time that it takes."""

    time = f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"

    return (
        f"The model was not compared: its fits without the labels of a fold take about {time} in all. "
        "compare(..., seconds=math.inf) makes them."
    )


def better(found: dict[str, Row]) -> str:
    """Names the best method, with a leading space, if it is neither the model nor its baseline."""

    best = max(found.values(), key=lambda row: row.mean)

    if best.name == MODEL or best.name in BASELINES:
        return ""

    return f" On these labels {best.name} scored higher ({best.mean:.3f} against {found[MODEL].mean:.3f})."


def method(name: str, scores: NDArray[np.float64], metric: str, weight: float | None = None) -> Row:
    r"""Returns the line of a method.

    Arguments:
        name: Its name.
        scores: Its score of each row, with shape (N,).
        metric: The name of the score.
        weight: Its weight, if it is a member of a committee.
    """

    found = Share(scores == 1) if metric == "accuracy" else Average(scores)

    return Row(name, float(found), *found.interval, weight)
