r"""Did the unlabeled rows help? A comparison on the given labels alone, with an interval and one plain sentence.

The labeled rows are cross-validated: what is scored was never seen, labeled or not, by what is scored on it. Each
row scores by itself (right or wrong; for a real target, its part of :math:`R^2`), so that differences are paired
and their interval comes from resampling rows.
"""

from __future__ import annotations

__all__ = ["Row", "Verdict", "compare"]

import dataclasses
import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from semivae.trust.confidence import Confidence, Width, confidence, width
from semivae.trust.processes import side_by_side, workers
from semivae.trust.refits import chosen, refit
from semivae.trust.rivals import Rival, rivals

RESAMPLES = 2000

# How often a fit on the labels alone sees each: as often as makes so many rows in all, within bounds. More only
# overfits, and with thousands of labels takes longer than all else.
ROWS_ALONE, LEAST_PASSES, MOST_PASSES = 100_000, 10, 300

# How often the time left is told.
SECONDS_BETWEEN = 2.0

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


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
        metric: What is scored: "accuracy" or "R2".
        labels: How many labeled rows were scored.
        rows: The methods.
        gain: What the unlabeled rows added to the same network, if there are unlabeled rows.
        epochs: The epochs of each fit in the comparison, which may be fewer than those of the model itself.
        sentence: The answer in one sentence.
        confidence: How sure the model may be, if the fits had all its epochs.
    """

    metric: str
    labels: int
    rows: tuple[Row, ...]
    gain: Row | None
    epochs: int
    sentence: str
    confidence: Confidence | Width | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns the verdict as plain JSON values."""

        return dataclasses.asdict(self)


def compare(
    estimator: Any,
    X: Any,
    y: NDArray[Any],
    folds: Sequence[Fold],
    seconds: float,
    tell: Callable[[str], None] = lambda line: None,
) -> Verdict:
    r"""Compares a fitted estimator with what the labels alone, and simpler methods, would give.

    Arguments:
        estimator: The fitted estimator: its settings are fitted again in each fold.
        X: The rows of its fit.
        y: Their codes (-1 where unlabeled) or values (NaN where unlabeled), with shape (N,).
        folds: Training and test positions among the labeled rows.
        seconds: About how long the fits of the model may take; they get fewer epochs where it is less than needed.
        tell: Is told what is being done.

    Returns:
        The outcome.
    """

    classes = y.dtype.kind != "f"
    known = y >= 0 if classes else ~np.isnan(y)
    labeled = np.flatnonzero(known)
    fewest = min(len(train) for train, _ in folds)

    features = estimator.features(X)
    trained = float(estimator.history_["seconds"].iloc[-1])
    processes = workers(len(folds), min(seconds, trained * len(folds)), features.nbytes, estimator.device)
    epochs = affordable(estimator, math.ceil(len(folds) / processes), seconds)
    model: Any = clone(estimator)
    model.set_params(missing_label=None, verbose=False, callbacks=None, random_state=estimator.seed_, epochs=epochs)
    model.set_params(training__devices=1, training__nodes=1, checkpoint=None)
    alone: Any = clone(model)
    alone.set_params(epochs=passes(estimator, fewest))

    unlabeled = np.flatnonzero(~known)
    tests = [labeled[test] for _, test in folds]
    trains = [np.concatenate([labeled[train], unlabeled]) for train, _ in folds]
    splits = list(zip(trains, tests, strict=True))
    calls = {"this model": [(model, X, y, *split) for split in splits]}

    if len(unlabeled):
        calls["same network, labels alone"] = [(alone, X, y, labeled[train], labeled[test]) for train, test in folds]

    # All in one go, the long ones first, so that no process waits for another between the two.
    fits = [call for part in calls.values() for call in part]
    tell(f"comparing: {', and the '.join(calls)} ({len(fits)} fits)")
    found = with_time_left(side_by_side(refit, fits, processes), len(fits), tell)
    held = {name: [*islice(found, len(part))] for name, part in calls.items()}
    predicted = {name: [chosen(part, classes) for part in parts] for name, parts in held.items()}

    for rival in rivals(classes, fewest):
        tell(f"comparing: {rival.name}")
        predicted[rival.name] = [challenge(rival, features, y, known, *split) for split in splits]

    scores = {
        name: np.concatenate([score(found, y[test]) for found, test in zip(parts, tests, strict=True)])
        for name, parts in predicted.items()
    }

    if not classes:
        center = y[np.concatenate(tests)].var()
        scores = {name: 1 - errors / center for name, errors in scores.items()}

    verdict = judge(scores, "accuracy" if classes else "R2", epochs, epochs_of(estimator))

    if epochs < epochs_of(estimator):
        return verdict

    beliefs, truth = np.concatenate(held["this model"]), y[np.concatenate(tests)]

    return dataclasses.replace(verdict, confidence=(confidence if classes else width)(beliefs, truth))


def with_time_left(found: Iterator[Any], count: int, tell: Callable[[str], None]) -> Iterator[Any]:
    r"""Passes results of fits on, and tells every few seconds how long the others take.

    Arguments:
        found: The results.
        count: How many there will be.
        tell: Is told.
    """

    start = told = time.monotonic()

    for done, result in enumerate(found, 1):
        yield result
        now = time.monotonic()

        if now - told >= SECONDS_BETWEEN and done < count:
            told = now
            tell(f"comparing: {done} of {count} fits done, about {(now - start) / done * (count - done):.0f} s left")


def epochs_of(estimator: Any) -> int:
    """Returns the epochs of a fit, or of each of its stages."""

    return int(estimator.history_["epoch"].max())


def affordable(estimator: Any, rounds: int, seconds: float) -> int:
    """Returns how many epochs so many fits in a row can have in a time, at most those of the estimator."""

    epochs = epochs_of(estimator)
    each = float(estimator.history_["seconds"].iloc[-1]) / epochs

    return max(1, min(epochs, round(seconds / (rounds * each))))


def passes(estimator: Any, labels: int) -> int:
    """Returns how often a fit on so many labels alone sees each: no more than the fit with all rows would."""

    seen = estimator.n_steps_ * min(1.0, estimator.plan_.labeled_batch / labels)
    enough = min(MOST_PASSES, max(LEAST_PASSES, ROWS_ALONE / labels))

    return max(1, round(min(seen, enough)))


def challenge(
    rival: Rival,
    features: NDArray[Any],
    y: NDArray[Any],
    known: NDArray[np.bool_],
    train: NDArray[np.int64],
    test: NDArray[np.int64],
) -> NDArray[Any]:
    """Fits a rival to some rows and predicts others."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)

        return rival.predict(features[train], y[train], known[train], features[test])


def score(predicted: NDArray[Any], truth: NDArray[Any]) -> NDArray[np.float64]:
    """Returns whether each prediction is right, or its squared error."""

    return (predicted == truth).astype(float) if truth.dtype.kind != "f" else (predicted - truth) ** 2


def judge(scores: dict[str, NDArray[np.float64]], metric: str, epochs: int, most: int) -> Verdict:
    r"""Returns the verdict on the scores of each method.

    Arguments:
        scores: The score of each row by each method, the model's own first.
        metric: What is scored.
        epochs: The epochs of the fits that are compared.
        most: Those of the fit that the comparison is about.
    """

    first, *others = scores
    rows = tuple(interval(name, values) for name, values in scores.items())
    alone = scores.get("same network, labels alone")
    gain = None if alone is None else interval("gain", scores[first] - alone)
    best = max(rows, key=lambda row: row.mean)

    sentence = "There are no unlabeled rows." if gain is None else say(gain, metric)

    if others and best.name != first and best.name != "same network, labels alone":
        sentence += f" On these labels {best.name} scored higher ({best.mean:.3f} against {rows[0].mean:.3f})."

    if epochs < most:
        sentence += f" The fits compared had {epochs} of its {most} epochs: the model itself may be better."

    return Verdict(metric, len(scores[first]), rows, gain, epochs, sentence)


def say(gain: Row, metric: str) -> str:
    """Returns in a sentence whether the unlabeled rows helped."""

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
