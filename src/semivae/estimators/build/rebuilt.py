r"""The models of a saved estimator, built again by its plan."""

from __future__ import annotations

__all__ = ["plan_again", "wire_again"]

from collections.abc import Sequence
from typing import Any

from semivae.conditional import Conditional
from semivae.engine import seeded
from semivae.estimators.build.student import student_of
from semivae.estimators.build.wiring import wire
from semivae.estimators.plan.applies import check_model
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.models import Model
from semivae.variables import Schema


def plan_again(estimator: Any, plan: Plan | None) -> Plan:
    r"""Returns the plan of a saved estimator; older formats have none, and it is made from the parameters.

    Raises:
        SettingError: If the model of the plan does not learn from the target.
    """

    if plan is None:
        counts = Counts(estimator.n_labeled_, estimator.n_unlabeled_)
        plan = plan_of(estimator, estimator._chosen(), estimator.schema_, counts, estimator.seed_, loaded=True)

    check_model(plan.model, estimator.schema_)

    return plan


def wire_again(plan: Plan, schema: Schema, counts: Sequence[Any], student: bool) -> tuple[Model, Conditional | None]:
    """Returns the model of a plan, and its student if it has one, with fresh weights."""

    with seeded(0):
        return wire(plan, schema, counts).eval(), student_of(plan, schema).eval() if student else None
