r"""The student of a fit: a second classifier, which learns from the model and answers together with it."""

from __future__ import annotations

__all__ = ["check_student", "student_of", "train_student"]

from typing import Any

from torch import nn

from semivae.conditional import Conditional, Net
from semivae.data.batches.steps import Steps
from semivae.engine import History, train
from semivae.errors import SettingError
from semivae.estimators.build.auto import hidden_for
from semivae.estimators.run import training
from semivae.estimators.state import State
from semivae.families import choose_target
from semivae.objectives import Augmentation, Distillation, mean_divergence
from semivae.variables import Schema


def check_student(settings: dict[str, Any], schema: Schema) -> None:
    r"""Checks that there is something for a student to learn.

    Raises:
        SettingError: If the target is no class.
    """

    if settings["student"] and (schema.y is None or schema.target.kind != "category"):
        raise SettingError(
            f"student=True with {'no target' if schema.y is None else 'a target that is no class'}",
            "a student learns what the model believes of one class",
            "student=False",
        )


def student_of(settings: dict[str, Any], schema: Schema) -> Conditional:
    r"""Returns a student, not yet trained, which reads images by convolutions even where "auto" does without.

    Arguments:
        settings: The parameters of the estimator.
        schema: What each variable is.
    """

    net = Net(hidden_for(settings, schema), conv=schema.image and settings["network"] != "mlp")

    return net(schema.x, to=choose_target(schema.target), regularized=True)


def train_student(estimator: State, rows: Steps, epochs: int, stage: int) -> History:
    r"""Trains the student of an estimator whose model is fitted.

    Arguments:
        estimator: The estimator that is being fitted.
        rows: The rows to train on.
        epochs: Passes over them.
        stage: The number of the stage, counted from 1.

    Returns:
        What happened.
    """

    estimator.student_ = student_of(estimator.settings_, estimator.schema_)
    size = estimator.settings_["augmentation"]
    changed = Augmentation(1.0, size).changed if size else nn.Identity()
    distillation = Distillation(estimator.student_, estimator.model_, changed)

    return train(distillation, mean_divergence, rows, training(estimator, epochs, rows, stage), estimator._watchers())
