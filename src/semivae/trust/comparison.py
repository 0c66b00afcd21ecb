r"""Compares a fitted model with a baseline on labels alone and with simpler methods, in cross-validation.

Each labeled row is scored by fits that did not see it, labeled or not.
"""

from __future__ import annotations

__all__ = ["compare"]

import dataclasses
import logging
import math
import time
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from semivae.findings import HeldOut, chosen
from semivae.trust.confidence import Confidence, Width, confidence, width
from semivae.trust.effort import Effort
from semivae.trust.folds import Fold, Folds, Index
from semivae.trust.processes import side_by_side, workers
from semivae.trust.refits import refit
from semivae.trust.rivals import Rival, rivals
from semivae.trust.verdict import ALONE, LEARNERS, MODEL, Row, Verdict, judge, method

if TYPE_CHECKING:
    from semivae.fitted import Classifier, Regressor

LOG = logging.getLogger(__name__)

# Seconds between two messages about the time left.
SECONDS_BETWEEN = 2.0


def compare(
    estimator: Classifier | Regressor,
    X: Any,
    y: NDArray[Any],
    folds: Sequence[Fold],
    seconds: float,
    effort: Effort | None = None,
) -> Verdict:
    r"""Compares a fitted estimator with a baseline on the labels alone and with simpler methods.

    The baseline is the same network, or the members of the estimator's committee that read no latent. Progress is
    logged.

    Arguments:
        estimator: The fitted estimator; clones of it are fitted in each fold, unless its own fit held out each label.
        X: The rows of its fit.
        y: Their codes (-1 where unlabeled) or values (NaN where unlabeled), with shape (N,).
        folds: Training and test positions among the labeled rows.
        seconds: Approximate time for the fits of the model. If it is too short for all their epochs, none is made, and
            the model is not compared.
        effort: The effort of a fit on all of X; by default the effort of the estimator's own fit.

    Returns:
        The verdict, with the out-of-fold predictions of the model.
    """

    effort = effort or Effort.of(estimator)
    features = estimator.features(X)
    own = estimator.held_out_
    needed = None

    if own is not None and own.whole(y):
        parts = Folds(y, own.parts(y))
        held = of_fit(own)
    else:
        own, parts = None, Folds(y, folds)
        needed, held = anew(estimator, X, parts, bytes_of(features), seconds, effort)

    if parts.known.all():
        # Without unlabeled rows, nothing can be said of them.
        held = {name: found for name, found in held.items() if name == MODEL}

    predicted = {name: [chosen(found, parts.classes) for found in every] for name, every in held.items()}

    for rival in rivals(parts.classes, parts.fewest):
        LOG.info(f"comparing: {rival.name}")
        predicted[rival.name] = [challenge(rival, features, parts, *split) for split in parts.whole]

    truth = y[parts.tests]
    scores = {name: score(np.concatenate(found), truth) for name, found in predicted.items()}
    metric = "accuracy" if parts.classes else "R2"
    verdict = judge(scores, metric, parts.ratio, members(estimator, own, y, metric), needed)

    if MODEL not in held:
        known = estimator.held_out_
        sure = confidence_in(estimator, known, y) if known is not None and known.of(y) else None

        return dataclasses.replace(verdict, confidence=sure)

    found = out_of_fold(held[MODEL], parts, len(getattr(estimator, "classes_", ())))

    return dataclasses.replace(verdict, confidence=confidence_in(estimator, found, y), held_out=found)


def bytes_of(features: Any) -> int:
    """Returns the size of rows as numbers, dense or sparse."""

    return int(getattr(features, "data", features).nbytes)


def of_fit(own: HeldOut) -> dict[str, list[NDArray[np.float64]]]:
    """Returns the predictions of the folds of a fit, with its committee and with the members that saw labels alone."""

    found = {MODEL: own.predictions}

    if own.alone is not None:
        found[LEARNERS] = own.alone

    return {name: [values[own.folds == fold] for fold in np.unique(own.folds)] for name, values in found.items()}


def members(estimator: Classifier | Regressor, own: HeldOut | None, y: NDArray[Any], metric: str) -> tuple[Row, ...]:
    r"""Returns the lines of the members of a committee; none without one.

    Arguments:
        estimator: The fitted estimator.
        own: The predictions of the folds of its fit, if these are compared.
        y: Codes or values of the rows, with shape (N,).
        metric: The name of the score.
    """

    if own is None or estimator.committee_ is None:
        return ()

    truth, weights = y[own.rows], estimator.committee_.weights
    lines = []

    for name, predicted in own.members.items():
        scores = score(chosen(predicted.reshape(len(truth), -1), own.classes), truth)
        lines.append(method(f"member: {name.replace('_', ' ')}", scores, metric, weights[name]))

    return tuple(lines)


def anew(
    estimator: Classifier | Regressor, X: Any, parts: Folds, size: int, seconds: float, effort: Effort
) -> tuple[float | None, dict[str, list[NDArray[np.float64]]]]:
    r"""Fits the estimator, and the same network on the labels alone, in each fold, if there is enough time.

    Arguments:
        estimator: The fitted estimator.
        X: The rows.
        parts: The folds.
        size: The size of the rows as numbers, in bytes.
        seconds: Approximate time for the fits of the model.
        effort: The effort of a fit on all of X.

    Returns:
        The seconds that the fits need, if this is too long, and their predictions, as :func:`refits` returns them.
    """

    count = len(parts.parts)
    processes = workers(count, effort.seconds * count, size, estimator.get_params()["device"])
    needed = math.ceil(count / processes) * effort.seconds

    if needed > seconds:
        return needed, {}

    model = as_compared(estimator, effort.epochs, effort.features)
    alone = as_compared(estimator, effort.passes(parts.fewest))

    return None, refits(model, alone, X, parts, processes)


def refits(model: Any, alone: Any, X: Any, folds: Folds, processes: int) -> dict[str, list[NDArray[np.float64]]]:
    r"""Fits the model, and the same network on the labels alone, in each fold.

    Arguments:
        model: The model, not fitted.
        alone: The network on the labels alone, not fitted.
        X: The rows.
        folds: The folds.
        processes: The number of processes.

    Returns:
        The predictions of the test rows of each fold, as :func:`refit` returns them, by the name of the method.
    """

    calls = {MODEL: [(model, X, folds.y, *split) for split in folds.whole]}

    if not folds.known.all():
        calls[ALONE] = [(alone, X, folds.y, *split) for split in folds.labeled]

    # All in one call, long fits first, so that no process waits between the two methods.
    fits = [call for part in calls.values() for call in part]
    LOG.info(f"comparing: {', and the '.join(calls)} ({len(fits)} fits)")
    found = with_time_left(side_by_side(refit, fits, processes), len(fits))

    return {name: [*islice(found, len(part))] for name, part in calls.items()}


def as_compared(estimator: Classifier | Regressor, epochs: int, features: int | None = None) -> Any:
    r"""Returns an unfitted copy of an estimator that reads codes or values, is silent and keeps no state.

    Arguments:
        estimator: The fitted estimator.
        epochs: The epochs of the copy.
        features: The epochs of its stages before the last, if not the same.
    """

    model: Any = clone(estimator)
    model.set_params(missing_label=None, verbose=False, callbacks=None, random_state=estimator.seed_, epochs=epochs)
    model.set_params(training__effort="normal", training__features_epochs=features or "auto")

    if estimator.plan_.labels_held is not None:
        # These fits are made to be compared: no label is held out of them.
        model.set_params(recipe__calibrate=False)

    return model.set_params(training__devices=1, training__nodes=1, checkpoint=None)


def with_time_left(found: Iterator[Any], count: int) -> Iterator[Any]:
    r"""Yields the results of fits, and logs the remaining time every few seconds.

    Arguments:
        found: The results.
        count: The number of fits.
    """

    start = told = time.monotonic()

    for done, result in enumerate(found, 1):
        yield result
        now = time.monotonic()

        if now - told >= SECONDS_BETWEEN and done < count:
            told = now
            left = (now - start) / done * (count - done)
            LOG.info(f"comparing: {done} of {count} fits done, about {left:.0f} s left")


def challenge(rival: Rival, features: Any, folds: Folds, train: Index, test: Index) -> NDArray[Any]:
    """Fits a rival to some rows and predicts others."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)

        return rival.predict(features[train], folds.y[train], folds.known[train], features[test])


def confidence_in(estimator: Classifier | Regressor, held: HeldOut, y: NDArray[Any]) -> Confidence | Width:
    r"""Measures the confidence of out-of-fold predictions.

    Arguments:
        estimator: The fitted estimator.
        held: The predictions.
        y: Codes or values of the rows, with shape (N,).
    """

    truth = y[held.rows]
    sure = confidence(held.predictions, truth) if held.classes else width(held.predictions, truth)

    # The factor of a fit that calibrated itself, whose committee may also become more sure.
    return sure if estimator.held_out_ is None else sure.with_factor(estimator.calibration_.factor)


def out_of_fold(predictions: Sequence[NDArray[np.float64]], folds: Folds, classes: int) -> HeldOut:
    """Returns the predictions of all folds; the last classes may have no label among the rows."""

    found = np.concatenate(predictions)
    fold = np.repeat(np.arange(len(folds.parts)), [len(test) for _, test in folds.parts])

    if folds.classes:
        found = np.pad(found, ((0, 0), (0, classes - found.shape[1])), constant_values=-np.inf)

    return HeldOut(folds.tests, fold, folds.y[folds.tests], found, folds.classes)


def score(predicted: NDArray[Any], truth: NDArray[Any]) -> NDArray[np.float64]:
    r"""Returns the score of each row: 1 if its class is right, or its part of :math:`R^2`; shape (M,)."""

    if truth.dtype.kind != "f":
        return (predicted == truth).astype(float)

    return 1 - (predicted - truth) ** 2 / truth.var()
