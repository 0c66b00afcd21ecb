r"""The stages of a fit. Most models have one; others first learn features without labels, then their predictor.

If `neighbors` are found among wide rows, a VAE is trained first, and its features are compared. A `student` is
trained last. The weights learned in a stage stay frozen in later stages.
"""

from __future__ import annotations

__all__ = ["Advise", "Trained", "train_last", "train_stages"]

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from semivae.conditional import Conditional
from semivae.data.batches.loader import Loader
from semivae.data.batches.steps import Steps
from semivae.engine import History
from semivae.estimators.build.neighbors import features_of
from semivae.estimators.build.recipe import penalties_of
from semivae.estimators.build.student import distillation_of, student_of
from semivae.estimators.run import Runs
from semivae.models import Model
from semivae.models.latent import LatentModel
from semivae.objectives import ELBO, Penalties, Perceptual, mean_divergence

Advise: TypeAlias = Callable[[Runs, Model], tuple[Runs, Model]]


@dataclass
class Trained:
    r"""A fit after its stages.

    Attributes:
        runs: The runs of the last stage.
        model: The model.
        history: The history, with the stage number in every record if there are several stages.
        student: The student, if any.
    """

    runs: Runs
    model: Model
    history: History
    student: Conditional | None = None


def train_stages(
    runs: Runs, model: Model, counts: Sequence[Any], validation: Steps | None, advise: Advise | None = None
) -> Trained:
    r"""Trains a model, stage by stage, each in a run of its own.

    Arguments:
        runs: The runs of the fit.
        model: The model.
        counts: Labels per class, if the target is a class; a list of these for several targets.
        validation: The held-out rows, if any.
        advise: Called before the last stage, with the runs and the model; returns those of the last stage.
    """

    plan, schema = runs.plan, runs.schema
    *own, model = model.stages()
    before = own or features_of(plan, schema)
    last = len(before) + 1
    stages = last + plan.student
    whole = History()

    for number, stage in enumerate(before, 1):
        penalty = together([perceptual(runs, stage)])
        own_runs = without_labels(runs)
        history = own_runs.train(number, stage, unsupervised(own_runs), validation, penalty, plan.features_epochs)
        append(whole, history, {"stage": number})
        stage.requires_grad_(False)

        if history.stopped == "interrupted":
            warnings.warn(f"it was stage {number} of {stages}: the predictor is not trained", stacklevel=4)

            return Trained(runs, model, whole)

    runs = runs.prepared(model)

    if advise is not None:
        runs, model = advise(runs, model)

    history = train_last(runs, model, counts, before, validation)
    append(whole, history, {"stage": last} if stages > 1 else {})

    if not plan.student:
        return Trained(runs, model, whole)

    if history.stopped == "interrupted":
        warnings.warn(f"it was stage {last} of {stages}: without a student, the model predicts alone", stacklevel=4)

        return Trained(runs, model, whole)

    student = student_of(plan, schema)
    append(whole, runs.train(stages, distillation_of(plan, student, model), mean_divergence), {"stage": stages})

    return Trained(runs, model, whole, student)


def train_last(
    runs: Runs, model: Model, counts: Sequence[Any], before: Sequence[Model], validation: Steps | None = None
) -> History:
    r"""Trains the last stage of a model, which learns from labels.

    Arguments:
        runs: The runs of the fit.
        model: The model.
        counts: Labels per class, if the target is a class; a list of these for several targets.
        before: The models of the stages before, which are trained.
        validation: The held-out rows, if any.
    """

    plan = runs.plan
    objective = ELBO(plan.alpha, plan.beta, plan.warmup, plan.labeled_share, plan.free_bits)
    parts = [*penalties_of(plan, model, runs.schema, counts, runs.rows, before), perceptual(runs, model)]
    penalty = together(parts, plan.teacher)

    return runs.train(len(before) + 1, model, objective, validation, penalty=penalty, predicts=True)


def without_labels(runs: Runs) -> Runs:
    """Returns the runs of a stage without labels: of strings, whose steps are slow, none repeats labeled rows."""

    if runs.schema.container != "sequence" or not isinstance(runs.rows, Loader):
        return runs

    return replace(runs, rows=runs.rows.without_labels())


def unsupervised(runs: Runs) -> ELBO:
    """Returns the objective of a stage without labels, which weighs all rows equally."""

    plan, known, unknown = runs.plan, len(runs.rows.labeled), len(runs.rows.unlabeled)
    beta = 1.0 if plan.features_beta is None else plan.features_beta

    return ELBO(0.0, beta, plan.warmup, known / (known + unknown), plan.free_bits)


def perceptual(runs: Runs, model: Model) -> Perceptual | None:
    """Returns the deep-feature loss of a stage that trains a decoder of the latent alone, if it is on."""

    if not runs.plan.perceptual or runs.network is None or not isinstance(model, LatentModel):
        return None

    return Perceptual(runs.plan.perceptual, runs.network)


def together(parts: Sequence[Any], taught: bool = False) -> Penalties | None:
    """Returns the sum of the penalties that are on, if any."""

    weighty = [part for part in parts if part is not None and part.weight]

    return Penalties(weighty, taught) if weighty else None


def append(whole: History, history: History, stage: dict[str, int]) -> None:
    """Adds the history of a stage."""

    before = whole.records[-1]["seconds"] if whole.records else 0.0

    whole.records += [stage | record | {"seconds": before + record["seconds"]} for record in history.records]
    whole.units += [stage | record for record in history.units]
    whole.stopped = history.stopped
