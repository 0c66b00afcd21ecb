r"""The council of a fit: simple learners beside the model, and predictions of labels by fits that did not see them.

The stages before the last learn from no label, so all folds share them and train the last one anew. The predictions of
held-out labels give the weights of the committee and the calibration, and serve the comparison with other methods.
"""

from __future__ import annotations

__all__ = ["Council", "Judged", "council_of"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from semivae.committee import (
    MODEL,
    Committee,
    Taught,
    learners,
    shares_of,
    shifted,
    taught,
    weighed,
    weights_of_classes,
    weights_of_values,
)
from semivae.data.batches.loader import Loader
from semivae.data.batches.split import stratified_folds
from semivae.data.repeats import copies_of
from semivae.engine import seeded
from semivae.estimators.build.wiring import wire
from semivae.estimators.plan.plan import Plan
from semivae.estimators.readout import TINY, means, numbers, predicted, seen, tempered
from semivae.estimators.rows.target import Target
from semivae.estimators.run import Runs
from semivae.estimators.stages import train_last
from semivae.evaluation import deviation_scale, temperature
from semivae.findings import Calibration, HeldOut, chosen
from semivae.models import Model
from semivae.schema import Schema

Values = NDArray[np.float64]

# Folds of the labels of a table. Of images, whose last stage takes longer, one of as many parts is held out.
FOLDS = 5

# The mean of trees is often less sure than it is right.
LEAST = 0.25

NOT_DONE = Calibration("the fit was stopped by hand")


@dataclass(eq=False)
class Council:
    r"""Creates the council of a fit.

    Arguments:
        plan: The plan of the fit.
        schema: The variables.
        x: The rows in the units of a model, in memory.
        target: Their target.
        train: The positions of the rows that are trained on.
        seed: The seed of the folds and the learners.

    Attributes:
        folds: Training and test positions among the labeled rows; empty if no label can be held out, or none should.
        taught: The simple learners; None without a committee.
        after: The shares of the classes among all rows; None if labels were drawn at random.
    """

    plan: Plan
    schema: Schema
    x: Any
    target: Target
    train: NDArray[np.int64]
    seed: int
    folds: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(init=False)
    taught: Taught | None = field(init=False, default=None)
    after: Values | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        groups = copies_of(self.x, self.labeled, not self.schema.single) if self.plan.labels_held else None
        found = stratified_folds(self.y, FOLDS, self.seed, groups) if self.plan.labels_held else None
        self.folds = (found or [])[: 1 if self.plan.labels_held == "part" else None]

    @property
    def labeled(self) -> NDArray[np.int64]:
        """The positions of the labeled rows, with shape (L,)."""

        return self.train[self.target.mask[self.train]]

    @property
    def y(self) -> NDArray[Any]:
        """The codes or values of the labeled rows, with shape (L,)."""

        points = self.target.label_points(self.labeled)

        return points.argmax(axis=1) if self.classes else points[:, 0]

    @property
    def classes(self) -> int:
        """The number of classes; 0 for a number."""

        return len(self.schema.target.classes)

    @property
    def tested(self) -> NDArray[np.int64]:
        """The positions of the held-out labels among the labeled rows, fold after fold, with shape (M,)."""

        return np.concatenate([test for _, test in self.folds])

    def advise(self, runs: Runs, model: Model) -> tuple[Runs, Model]:
        r"""Teaches the simple learners before the last stage, and lets it know the shares of the classes.

        Arguments:
            runs: The runs of the fit.
            model: The model; its features are trained.

        Returns:
            The runs and the model of the last stage.
        """

        if not self.plan.committee:
            return runs, model

        some = seen(self.schema, self.train, self.target.mask, self.seed)
        row, latent = numbers(self.schema, self.x[some]), means(model.stages()[0], self.x[some])
        places = np.flatnonzero(self.target.mask[some])
        suited = ("category" if self.classes else "real", self.schema.row_form)
        self.taught = taught(*suited, row, latent, places, self.y, self.folds, self.seed)

        if not self.taught.usual or not self.classes or self.plan.label_prior != "labels":
            return runs, model

        held, usual = (np.mean(list(part.values()), axis=0) for part in (self.taught.held, self.taught.usual))
        share = 1 / len(self.taught.members)
        equal = Committee(self.taught.members, dict.fromkeys(self.taught.members, share) | {MODEL: 0.0})
        others = np.setdiff1d(np.arange(len(latent)), places)
        unlabeled = equal.predict(row[others], latent[others], np.zeros(1))

        if not shifted(held, usual, unlabeled, np.bincount(self.y, minlength=self.classes)):
            return runs, model

        # The mean of trees is never sure, and shares from unsure probabilities go too far.
        factor = temperature(np.log(held.clip(1e-12)), self.y[self.tested], least=LEAST)
        self.after = shares_of(tempered(unlabeled, factor), self.before)
        self.plan = replace(self.plan, label_prior=tuple(self.after.tolist()))
        fresh = self.wired(model, self.target.counts)

        return replace(runs, plan=self.plan), fresh

    @property
    def before(self) -> Values:
        """The smoothed shares of the classes among the labels, with shape (C,)."""

        counts = np.bincount(self.y, minlength=self.classes) + 1.0

        return counts / counts.sum()

    def wired(self, model: Model, counts: Sequence[int]) -> Model:
        """Returns a model with fresh weights on the trained features of another."""

        fresh: Any = wire(self.plan, self.schema, counts)
        fresh.features = model.stages()[0]

        return fresh

    def judged(self, runs: Runs, model: Model) -> Judged:
        r"""Returns the committee with its weights, and the calibration, from labels that were held out.

        Arguments:
            runs: The runs of the last stage.
            model: The trained model.
        """

        if not self.folds:
            members = self.taught.members if self.taught else {}
            equal = dict.fromkeys([MODEL, *members], 1 / (1 + len(members)))
            reason = "no class has two labels, so that none can be held out"

            return Judged(self.committee(equal), Calibration(reason if self.plan.labels_held else "calibrate is off"))

        own = np.concatenate(list(self.in_turn(runs, model)))
        held = HeldOut(self.labeled[self.tested], self.fold_of, self.y[self.tested], own, bool(self.classes))

        return (self.of_classes if self.classes else self.of_values)(held)

    def in_turn(self, runs: Runs, model: Model) -> Iterator[Values]:
        """Yields the predictions of each fold, and tells the callbacks of them."""

        for number, (train, test) in enumerate(self.folds, 1):
            found = self.refit(runs, model, train, test)
            runs.tell(number, len(self.folds), self.y[test], chosen(found, bool(self.classes)))

            yield found

    @property
    def fold_of(self) -> NDArray[np.int64]:
        """The number of the fold of each held-out label, with shape (M,)."""

        return np.repeat(np.arange(len(self.folds)), [len(test) for _, test in self.folds])

    def refit(self, runs: Runs, model: Model, train: NDArray[np.int64], test: NDArray[np.int64]) -> Values:
        """Trains the last stage on some labels, and returns its predictions of others, as :class:`HeldOut` has them."""

        rows = cast(Loader, runs.rows)
        counts = np.bincount(self.y[train], minlength=self.classes).tolist() if self.classes else []
        part = replace(rows, y=rows.y[train], labeled=rows.labeled[train])

        with seeded(self.seed):
            fresh: Any = self.wired(model, counts)
            # Nobody asks this model for more than its predictions.
            fresh.classifies_only = True
            train_last(replace(runs, rows=part, callbacks=(), checkpoint=None), fresh, counts, model.stages()[:-1])

        return predicted(fresh, self.x[self.labeled[test]], bool(self.classes))

    def of_classes(self, held: HeldOut) -> Judged:
        """Returns the weights and the temperature of a committee of classifiers."""

        truth = held.truth
        importance = np.ones(len(truth)) if self.after is None else (self.after / self.before)[truth]
        shown = self.committee({})
        parts = {MODEL: np.exp(held.predictions)}

        for name, found in (self.taught.held if self.taught else {}).items():
            parts[name] = shown.fair(found) if shown else found

        stacked = np.stack(list(parts.values()))
        chances = stacked[:, np.arange(len(truth)), truth]
        weights, mean = weighed(stacked, held.folds, lambda at: weights_of_classes(chances[:, at], importance[at]))
        logs = np.log(np.maximum(mean, TINY))
        found = temperature(logs, truth, importance, LEAST if shown else 1.0)

        return Judged(
            self.committee(dict(zip(parts, weights.tolist(), strict=True))),
            Calibration("", len(truth), found, self.after is not None),
            replace(held, predictions=logs, members=parts, alone=self.alone(parts)),
        )

    def of_values(self, held: HeldOut) -> Judged:
        """Returns the weights of a committee of regressors, and the scale of its deviations."""

        truth, (own, deviation) = held.truth, held.predictions.T
        parts = {MODEL: own} | {name: found[:, 0] for name, found in (self.taught.held if self.taught else {}).items()}
        stacked = np.stack(list(parts.values()))
        weights, mean = weighed(stacked, held.folds, lambda rows: weights_of_values(stacked[:, rows], truth[rows]))
        found = deviation_scale((truth - mean) / deviation)

        return Judged(
            self.committee(dict(zip(parts, weights.tolist(), strict=True))),
            Calibration("", len(truth), found),
            replace(held, predictions=np.stack([mean, deviation], axis=1), members=parts, alone=self.alone(parts)),
        )

    def alone(self, parts: dict[str, Values]) -> Values | None:
        """Returns the mean prediction of members that learned from labels alone, as :class:`HeldOut` has it, if any."""

        found = [part for name, part in parts.items() if name != MODEL and learners[name].from_labels]

        if not found:
            return None

        mean = np.mean(found, axis=0)

        return np.log(np.maximum(mean, TINY)) if self.classes else mean[:, None]

    def committee(self, weights: dict[str, float]) -> Committee | None:
        """Returns the committee, if there is one."""

        before = self.before if self.classes else None

        return None if self.taught is None else Committee(self.taught.members, weights, before, self.after)


@dataclass(frozen=True, eq=False)
class Judged:
    r"""The findings of a council.

    Attributes:
        committee: The committee, if there is one.
        calibration: The calibration.
        held_out: The predictions of labels by fits that did not see them, if any were held out.
    """

    committee: Committee | None = None
    calibration: Calibration = NOT_DONE
    held_out: HeldOut | None = None


def council_of(
    plan: Plan, schema: Schema, x: Any, target: Target, train: NDArray[np.int64], seed: int
) -> Council | None:
    """Returns the council of a fit, with the arguments of :class:`Council`; None where the plan has none."""

    return Council(plan, schema, x, target, train, seed) if plan.committee or plan.labels_held else None
