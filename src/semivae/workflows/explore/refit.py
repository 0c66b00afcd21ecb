r"""A fit that goes on with more labels, told of epoch by epoch, and what is kept of it."""

from __future__ import annotations

__all__ = ["Live", "Say", "Told", "held_out", "keep", "refit"]

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.workflows.plain import ready

if TYPE_CHECKING:
    from semivae.fitted import Fitted

Say = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Told:
    r"""How well held-out labels were predicted.

    Attributes:
        measure: "accuracy", or "R2" of a number.
        value: The measure.
        low: The lower end of its 95 % interval; of R2, the value.
        high: The upper end.
        labels: The number of labels that were held out.
    """

    measure: str
    value: float
    low: float
    high: float
    labels: int


class Live:
    r"""A callback of the engine that tells of every epoch and every fold, and stops when asked to.

    Arguments:
        say: Gets plain values: "epoch", "epochs", "loss", "seconds"; and after each fold, the labels held out so far.
        asked: Whether to stop.
    """

    def __init__(self, say: Say, asked: Callable[[], bool]) -> None:
        self.say, self.asked = say, asked
        self.epochs = 0
        self.truth: list[Any] = []
        self.predicted: list[Any] = []

    def start(self, epochs: int) -> None:
        """Notes the number of epochs."""

        self.epochs = epochs

    def epoch(self, record: dict[str, Any]) -> None:
        """Tells of an epoch."""

        self.stop_if_asked()
        shown = {name: record[name] for name in ("epoch", "loss", "seconds")}
        self.say({"kind": "epoch", "epochs": self.epochs, **shown})

    def end(self) -> None:
        """A run ended; what follows it is told by itself."""

    def judged(self, record: dict[str, Any]) -> None:
        """Tells of a fold of held-out labels."""

        self.stop_if_asked()
        self.truth.extend(np.asarray(record["truth"]).tolist())
        self.predicted.extend(np.asarray(record["predicted"]).tolist())
        found = measured(np.array(self.truth), np.array(self.predicted))
        self.say({"kind": "fold", "fold": record["fold"], "folds": record["folds"], "held_out": vars(found)})

    def stop_if_asked(self) -> None:
        """Stops the training, as Ctrl-C does."""

        if self.asked():
            raise KeyboardInterrupt


def refit(estimator: Fitted, X: Any, y: Any, say: Say, asked: Callable[[], bool]) -> Fitted:
    r"""Returns a new estimator that goes on from the weights of another, which stays as it is.

    Arguments:
        estimator: The fitted estimator.
        X: The rows.
        y: Their labels, missing where unlabeled.
        say: Gets the progress as plain values.
        asked: Whether to stop.

    Raises:
        KeyboardInterrupt: If it was stopped.
    """

    from semivae.fitted import Trained

    fresh: Any = copy.deepcopy(estimator)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        if not isinstance(estimator, Trained):
            return fresh.fit(X)

        fresh.refit(X, y, callbacks=[Live(say, asked)])

    if fresh.stopped_ == "interrupted" or asked():
        raise KeyboardInterrupt

    return fresh


def held_out(estimator: Fitted, y: Any) -> Told | None:
    r"""Returns how well a fit predicted its held-out labels; None if it held none out, or was loaded.

    Arguments:
        estimator: The fitted estimator.
        y: The labels of its fit, missing where unlabeled, with shape (N,).
    """

    from semivae.estimators.rows.target import encoded
    from semivae.fitted import Classifier, Regressor

    held = getattr(estimator, "held_out_", None)

    if held is None or not isinstance(estimator, Classifier | Regressor):
        return None

    return measured(np.asarray(encoded(estimator, y))[held.rows], held.chosen)


def measured(truth: Any, predicted: Any) -> Told:
    """Returns how well labels were predicted, given codes of classes, or numbers."""

    from semivae.evaluation.intervals import wilson

    if truth.dtype.kind in "iu":
        right = truth == predicted
        low, high = wilson(right.mean(), len(right))

        return Told("accuracy", float(right.mean()), float(low), float(high), len(right))

    spread = float(np.square(truth - truth.mean()).mean())
    value = 1 - float(np.square(truth - predicted).mean()) / max(spread, 1e-12)

    return Told("R2", value, value, value, len(truth))


def keep(estimator: Fitted, folder: Path, facts: dict[str, Any]) -> None:
    r"""Saves an estimator with some facts about its place in a session.

    Arguments:
        estimator: The estimator.
        folder: The folder, which must not exist.
        facts: Plain values.
    """

    from semivae.estimators.disk.save import save

    save(estimator, folder, metrics={**getattr(estimator, "metrics_", {}), "explorer": ready(facts)})
