r"""The student of a fit: a second classifier that learns from the model and predicts together with it."""

from __future__ import annotations

__all__ = ["distillation_of", "student_of"]

from torch import nn

from semivae.conditional import Conditional, Net
from semivae.estimators.plan.plan import Plan
from semivae.families import choose_target
from semivae.models import Model
from semivae.objectives import Augmentation, Distillation
from semivae.schema import Schema


def student_of(plan: Plan, schema: Schema) -> Conditional:
    """Returns an untrained student."""

    net = Net(plan.hidden, conv=plan.student_network == "conv")

    return net(schema.x, to=choose_target(schema.target), regularized=True)


def distillation_of(plan: Plan, student: Conditional, model: Model) -> Distillation:
    """Returns the model of the stage where a student learns from a fitted model."""

    changed = Augmentation(1.0, plan.augmentation).changed if plan.augmentation else nn.Identity()

    return Distillation(student, model, changed)
