r"""A refit goes on from the weights of a fit: with more labels, other labels, or a new class.

Stages that learn from no label stay as they are, so that a latent map keeps its places; the last stage is trained for
fewer epochs, from the weights that it has. The council is held anew, and so honest: its folds start from fresh weights.
"""

from __future__ import annotations

__all__ = ["refit"]

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

import numpy as np
import pandas as pd
from sklearn.utils.validation import _num_samples

from semivae.data.in_memory import InMemory
from semivae.data.labels.markers import as_column
from semivae.data.labels.table import TargetLabels, find_targets
from semivae.data.source import Source
from semivae.errors import SchemaError, SettingError
from semivae.estimators.asked import Coded
from semivae.estimators.rows.inputs import read_rows
from semivae.estimators.rows.target import Target, require_target
from semivae.fitted import Trained

if TYPE_CHECKING:
    from semivae.engine import Callback
    from semivae.estimators.council import Council
    from semivae.estimators.plan.plan import Plan
    from semivae.estimators.plan.rows import Counts
    from semivae.estimators.run import Runs
    from semivae.estimators.stages import Trained as Done
    from semivae.models import Model
    from semivae.schema import Schema
    from semivae.variables import Variable

# Stages start from trained weights, and so need fewer epochs than those of a fit.
SHARE = 4

# The prior of the classes is counted anew, not learned.
COUNTED = "label_prior"


class Refittable(Trained, Coded, Protocol):
    """A fitted estimator with the parts that a refit replaces."""

    model_: Model
    student_: Any
    counts_: Sequence[Any]
    missing_label: Any

    def _watchers(self) -> list[Callback]: ...


def refit(estimator: Refittable, X: Any, y: Any, epochs: int | Literal["auto"], callbacks: Sequence[Callback]) -> None:
    r"""Fits a fitted estimator again, as :meth:`VAEEstimator.refit` says."""

    from semivae.engine import seeded
    from semivae.estimators.build.wiring import wire
    from semivae.estimators.council import Judged, council_of
    from semivae.estimators.rows.loaders import loaders, parts_of
    from semivae.estimators.run import Runs

    refuse_source(X)
    x, target = read_rows(estimator, X), target_again(estimator, X, y)
    schema = replace(estimator.schema_, y=target.variable)
    parts = parts_of(x, target, 0.0, estimator.seed_)
    plan = plan_again(estimator, schema, parts.counts, target, epochs)
    rows, _ = loaders(plan, schema, x, target, parts)
    runs = Runs(plan, schema, rows, [*estimator._watchers(), *callbacks])
    council = council_of(plan, schema, x, target, parts.train, estimator.seed_)

    with seeded(estimator.seed_):
        done = train_again(runs, warm(wire(plan, schema, target.counts), estimator.model_), target)

        # A person waits for the first epoch, so that the simple learners are taught after the model.
        if council and done.history.stopped != "interrupted":
            done = advised(council, done, target)

    stopped = done.history.stopped == "interrupted"
    judged = council.judged(done.runs, done.model) if council and not stopped else Judged()

    estimator.schema_, estimator.counts_, estimator.plan_ = schema, target.counts, done.runs.plan
    estimator.model_, estimator.student_ = done.model, done.student
    estimator.committee_, estimator.calibration_, estimator.held_out_ = (
        judged.committee,
        judged.calibration,
        judged.held_out,
    )
    records = done.history.records
    estimator.history_ = pd.DataFrame(records, columns=None if records else ["epoch", "seconds"])
    estimator.n_steps_ = len(records) * len(rows)
    estimator.stopped_ = done.history.stopped
    estimator.n_labeled_, estimator.n_unlabeled_, estimator.n_held_out_ = target.labeled, target.unlabeled, 0


def advised(council: Council, done: Done, target: Target) -> Done:
    """Teaches the simple learners; if they show other shares of the classes, the last stage is trained with these."""

    runs, model = council.advise(done.runs, done.model)

    return done if model is done.model else train_again(runs, warm(model, done.model), target)


def refuse_source(X: Any) -> None:
    """Checks that rows are in memory."""

    if isinstance(X, Source) and not isinstance(X, InMemory):
        raise SettingError("a refit of a stream", "it needs all rows in memory", "fit(stream), or refit(frame, y)")


def target_again(estimator: Refittable, X: Any, y: Any) -> Target:
    r"""Returns the target in the units of the fit; a class that is new gets a place among the others.

    Raises:
        DataError: If the target is missing, or has another number of rows.
        SchemaError: If one of several targets has a new class.
    """

    variable = estimator.schema_.y

    if variable is None:
        return Target.none(_num_samples(X))

    if variable.parts:
        labels = TargetLabels(variable, estimator.missing_label)

        return Target.of(variable, labels.encode(require_target(cast(Any, estimator), X, y, labels.table)))

    frame = require_target(cast(Any, estimator), X, y).to_frame(variable.name)

    try:
        points = TargetLabels(variable, estimator.missing_label).encode(frame)
    except SchemaError:
        variable = grown(variable, frame[variable.name], estimator.missing_label)
        points = TargetLabels(variable, estimator.missing_label).encode(frame)

    return Target.of(variable, points)


def grown(variable: Variable, y: Any, missing_label: Any) -> Variable:
    """Returns a target with classes, with the new ones among its classes."""

    every = pd.concat([y.astype(object), as_column(np.array(variable.classes, dtype=object))], ignore_index=True)
    found = find_targets(InMemory(np.zeros((len(every), 1)), every), "category", missing_label).single

    return replace(variable, classes=found.classes, dtype=found.dtype)


def plan_again(
    estimator: Refittable, schema: Schema, counts: Counts, target: Target, epochs: int | Literal["auto"]
) -> Plan:
    """Returns the plan of the fit with what other labels and another machine change."""

    from semivae.estimators.plan.resolve import plan_of

    old, new = estimator.plan_, plan_of(cast(Any, estimator), estimator.plan_.model, schema, counts, estimator.seed_)
    few = max(1, old.epochs // SHARE) if epochs == "auto" else epochs
    # Simple learners know no class without a label.
    every = schema.y is None or bool(schema.y.parts) or all(target.counts)

    return replace(
        old,
        epochs=few,
        batch_size=new.batch_size,
        labeled_batch=new.labeled_batch,
        labeled_share=new.labeled_share,
        label_prior=new.label_prior,
        labels_held=new.labels_held,
        committee=old.committee and new.committee and every,
        # The features that define neighbors are not kept after a fit.
        neighbors=old.neighbors if old.features is None else 0,
        held_out=False,
        machine=replace(new.here, compiled=False),
    )


def warm(fresh: Model, fitted: Model) -> Model:
    """Gives a model the weights of a fitted one, except where a new class changed the shape of a layer."""

    held = fitted.state_dict()
    own = fresh.state_dict()
    same = {
        name: held[name] for name in own if name in held and held[name].shape == own[name].shape and COUNTED not in name
    }
    fresh.load_state_dict(own | same)

    return fresh


def train_again(runs: Runs, model: Model, target: Target) -> Done:
    """Trains the last stage of a model, and the student if there is one."""

    from semivae.estimators.build.student import distillation_of, student_of
    from semivae.estimators.stages import Trained as Done
    from semivae.estimators.stages import append, train_last
    from semivae.objectives import mean_divergence

    *before, last = model.stages()

    for stage in before:
        stage.requires_grad_(False)

    history = train_last(runs, cast(Any, last), target.counts, before)

    if not runs.plan.student or history.stopped == "interrupted":
        return Done(runs, model, history)

    student = student_of(runs.plan, runs.schema)
    stages = len(before) + 2
    append(history, runs.train(stages, distillation_of(runs.plan, student, model), mean_divergence), {"stage": stages})

    return Done(runs, model, history, student)
