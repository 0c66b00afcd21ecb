r"""Faults that the records of a fit show: its predictions of held-out labels, its choice of labels, and its history.

A model that is surer than right has a held-out log loss above the entropy of its predictions,

.. math:: \frac{1}{M} \sum_m -\log p_m(y_m) > \frac{1}{M} \sum_m -\sum_c p_m(c) \log p_m(c),

while both are equal on average for one whose probabilities are frequencies. Labels are no random sample of the rows if
a linear method tells labeled from unlabeled rows by their latents.

References:
    | Revisiting Classifier Two-Sample Tests (Lopez-Paz and Oquab, 2017)
    | https://arxiv.org/abs/1610.06545
"""

from __future__ import annotations

__all__ = ["of_records", "overconfident", "separable", "unstable"]

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from semivae.findings import Finding, HeldOut
from semivae.fitted import Classifier, Regressor, Trained

Values = NDArray[np.float64]

# Fewer labels show no overconfidence. It is beyond chance from 3 standard errors on, and matters from here on: in nats
# for classes, in squared deviations for numbers.
LABELS, ERRORS, NATS, SQUARES = 30, 3.0, 0.3, 1.0

# Rows of each half of the test for drift, the fewest, and the area under the curve of labels that lie elsewhere. Even
# numbers of labels of rare classes reach 0.7.
ROWS, FEWEST, APART = 500, 20, 0.8

# A term is unstable if it falls by so many times its usual change between epochs, and so many times all its progress.
JUMPS, PROGRESS, EPOCHS = 20, 2, 5


def of_records(fitted: Trained, X: Any) -> Iterator[Finding]:
    r"""Yields the faults that the records of a fit show.

    Arguments:
        fitted: The model.
        X: The rows of its fit, in their order, or other rows like them, which show no drift.
    """

    held = fitted.held_out_

    if held is not None:
        yield from overconfident(held, factor_of(fitted))

    rows = fitted.n_labeled_ + fitted.n_unlabeled_ + fitted.n_held_out_

    # Only where each label was held out is every other row unlabeled.
    if (
        held is not None
        and _num_samples(X) == rows
        and len(held.rows) == fitted.n_labeled_ < rows
        and held.rows.max() < rows
    ):
        yield from drifted(*(fitted.transform(_safe_indexing(X, part)) for part in halves(held.rows, rows)))

    yield from unstable(fitted.history_, fitted.plan_.learning_rate)


def factor_of(fitted: Trained) -> float:
    """Returns the calibration of a model: the divisor of its logits, or the factor of its deviations."""

    if isinstance(fitted, Classifier):
        return fitted.calibration_temperature_

    return fitted.calibration_scale_ if isinstance(fitted, Regressor) else 1.0


def overconfident(held: HeldOut, factor: float) -> Iterator[Finding]:
    r"""Yields the fault of predictions that are surer than right.

    Arguments:
        held: The predictions of held-out labels.
        factor: The calibration of the model.
    """

    if len(held.truth) < LABELS:
        return

    if held.classes:
        logs = held.predictions.clip(np.log(1e-9)) / factor
        logs = logs - np.logaddexp.reduce(logs, axis=1, keepdims=True)
        loss, expected = -logs[np.arange(len(logs)), held.truth], -(np.exp(logs) * logs).sum(axis=1)
        least, unit = NATS, "nats, where its confidence says"
    else:
        mean, deviation = held.predictions.T
        loss, expected = ((held.truth - mean) / (factor * deviation)) ** 2, np.ones(len(mean))
        least, unit = SQUARES, "squared standard deviations, where its confidence says"

    excess = loss - expected
    error = excess.std(ddof=1) / np.sqrt(len(excess))

    if excess.mean() > max(least, ERRORS * error):
        yield Finding(
            "overconfident",
            float(excess.mean()),
            f"it is surer than right: its loss on held-out labels is {loss.mean():.2f} {unit} {expected.mean():.2f}",
            "calibrate=True",
        )


def halves(labeled: NDArray[np.int64], rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the positions of some labeled and of some unlabeled rows, the same at each call."""

    random = np.random.default_rng(0)
    parts = labeled, np.setdiff1d(np.arange(rows), labeled)

    return random.permutation(parts[0])[:ROWS], random.permutation(parts[1])[:ROWS]


def drifted(labeled: Values, unlabeled: Values) -> Iterator[Finding]:
    """Yields the fault of labels that lie elsewhere than the other rows, given the latents of both."""

    if min(len(labeled), len(unlabeled)) < FEWEST:
        return

    area = separable(labeled, unlabeled)

    if area > APART:
        yield Finding(
            "labels elsewhere",
            area,
            "labeled rows differ from unlabeled ones: of one of each, a linear method of their latents tells which is "
            f"labeled in {area:.0%} of pairs, and 50% would be chance",
            "suggest(X, y), which names rows to label in regions without labels",
        )


def separable(one: Values, other: Values) -> float:
    """Returns the held-out area under the curve of a linear method that tells two samples apart, each (N, D)."""

    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    z, y = np.concatenate([one, other]), np.repeat([1, 0], [len(one), len(other)])
    z = (z - z.mean(axis=0)) / z.std(axis=0).clip(1e-12)
    method = LogisticRegression(C=0.1, class_weight="balanced", max_iter=1000)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)

    return float(roc_auc_score(y, cross_val_predict(method, z, y, cv=folds, method="decision_function")))


def unstable(history: pd.DataFrame, learning_rate: float) -> Iterator[Finding]:
    r"""Yields the fault of the term that fell most, if one fell by far more than it ever gained.

    Arguments:
        history: One row an epoch.
        learning_rate: The learning rate of the fit.
    """

    stages = [part for _, part in history.groupby("stage")] if "stage" in history else [history]
    names = [name for name in history if name.endswith(("likelihood", "prediction"))]
    found = [(fall(part[name].dropna().to_numpy()), name) for part in stages for name in names]
    worst, name = max(found, default=(0.0, ""))

    if worst > 0:
        yield Finding(
            "unstable",
            worst,
            f"the training was not stable: {name} fell by {worst:.3g} nats after an epoch, far more than it had gained",
            f"learning_rate={learning_rate / 10:g}",
        )


def fall(term: Values) -> float:
    """Returns the largest fall of a term from one epoch to the next; 0 if it is within the usual."""

    if len(term) < EPOCHS:
        return 0.0

    steps = np.diff(term)
    at = int(steps.argmin())
    gained = float(term[: at + 1].max() - term[0])
    least = max(1.0, PROGRESS * gained, JUMPS * float(np.median(np.abs(steps))))

    return float(-steps[at]) if -steps[at] > least else 0.0
