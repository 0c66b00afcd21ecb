r"""The stages of a fit: most models have one; others learn features without labels first, and what reads them after.

A stage more comes first where `neighbors` are found among wide rows: a VAE, by whose features they are compared. A
`student` is trained last. The weights that a stage has learned stay as they are in those after it.
"""

from __future__ import annotations

__all__ = ["train_stages"]

import warnings

from semivae.data.batches.steps import Steps
from semivae.engine import History, train
from semivae.estimators.build.auto import BETA_OF_FEATURES, beta_for
from semivae.estimators.build.neighbors import features_for
from semivae.estimators.build.recipe import alpha_for, penalty_of
from semivae.estimators.build.student import train_student
from semivae.estimators.run import epochs_for, training
from semivae.estimators.state import State
from semivae.objectives import ELBO


def train_stages(estimator: State, rows: Steps, validation: Steps | None) -> History:
    r"""Trains the model of an estimator, stage by stage, each in a run of its own.

    Arguments:
        estimator: The estimator that is being fitted.
        rows: The rows to train on.
        validation: The rows held out, if there are any.

    Returns:
        What happened, with the number of the stage in every record where there are several.
    """

    *own, model = estimator.model_.stages()
    # So many steps overfit small data, unless rows that are held out stop them.
    watched = not estimator.schema_.targets and validation is not None
    epochs = epochs_for(estimator.settings_, len(rows), without_labels=bool(own) or watched)
    before = own or features_for(estimator.settings_, model, estimator.schema_, rows)
    beta = beta_for(estimator.settings_, model, before=True) if own else BETA_OF_FEATURES
    student = estimator.settings_["student"]
    last = len(before) + 1
    stages = last + student
    whole = History()

    for number, stage in enumerate(before, 1):
        run = training(estimator, epochs, rows, number)
        history = train(stage, unsupervised(estimator, rows, beta), rows, run, estimator._watchers(), validation)
        append(whole, history, {"stage": number})
        stage.requires_grad_(False)

        if history.stopped == "interrupted":
            warnings.warn(f"it was stage {number} of {stages}: what predicts is not trained", stacklevel=4)

            return whole

    alpha = alpha_for(estimator.settings_, estimator.schema_)
    beta = beta_for(estimator.settings_, model)
    objective = ELBO(alpha, beta, estimator.warmup, estimator.labeled_share, estimator.free_bits)
    run = training(estimator, epochs, rows, last)
    penalty = penalty_of(estimator.settings_, model, estimator.schema_, estimator.counts_, rows, before)
    history = train(model, objective, rows, run, estimator._watchers(), validation, penalty)
    append(whole, history, {"stage": last} if stages > 1 else {})

    if student and history.stopped == "interrupted":
        warnings.warn(f"it was stage {last} of {stages}: without a student the model answers alone", stacklevel=4)
    elif student:
        append(whole, train_student(estimator, rows, epochs, stages), {"stage": stages})

    return whole


def unsupervised(estimator: State, rows: Steps, beta: float) -> ELBO:
    """Returns the objective of a stage without labels, to which every row is worth the same."""

    known, unknown = len(rows.labeled), len(rows.unlabeled)

    return ELBO(0.0, beta, estimator.warmup, known / (known + unknown), estimator.free_bits)


def append(whole: History, history: History, stage: dict[str, int]) -> None:
    """Adds what happened in a stage."""

    before = whole.records[-1]["seconds"] if whole.records else 0.0

    whole.records += [stage | record | {"seconds": before + record["seconds"]} for record in history.records]
    whole.stopped = history.stopped
