r"""The tensors of a saved estimator, and how its models are rebuilt from its plan and them."""

from __future__ import annotations

__all__ = ["check_layers", "fill", "plan_again", "tensors_of", "wire_again"]

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from torch import Tensor

from semivae.conditional import Conditional
from semivae.engine import seeded
from semivae.errors import SettingError
from semivae.estimators.build.student import student_of
from semivae.estimators.build.wiring import wire
from semivae.estimators.parameters import Parameters
from semivae.estimators.plan.applies import check_model
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.models import Model
from semivae.schema import Schema

# Prefix of the names of the student's tensors.
STUDENT = "student."


def plan_again(plan: Plan | None, parameters: Parameters, name: str, schema: Schema, counts: Counts, seed: int) -> Plan:
    r"""Returns the plan of a saved estimator; for older formats, made from the parameters.

    Arguments:
        plan: The saved plan, if any.
        parameters: The parameters of the estimator.
        name: The model they choose.
        schema: The variables of the rows and of the target.
        counts: The numbers of labeled and unlabeled rows.
        seed: The seed of the fit.

    Raises:
        SettingError: If the model of the plan does not learn from the target.
    """

    if plan is None:
        plan = plan_of(parameters, name, schema, counts, seed, loaded=True)

    check_model(plan.model, schema)

    return plan


def check_layers(plan: Plan, tensors: int) -> None:
    r"""Checks that a saved model has tensors for all layers of its plan, before any layer is built.

    Raises:
        SettingError: If it has too few.
    """

    if len(plan.hidden) > tensors:
        raise SettingError(f"{len(plan.hidden)} hidden layers", f"there are {tensors} tensors", "save it again")


def wire_again(
    plan: Plan, schema: Schema, counts: Sequence[Any], names: Iterable[str]
) -> tuple[Model, Conditional | None]:
    """Returns the model of a plan with fresh weights, and its student if the names of the tensors have one."""

    student = any(name.startswith(STUDENT) for name in names)

    with seeded(0):
        return wire(plan, schema, counts).eval(), student_of(plan, schema).eval() if student else None


def tensors_of(model: Model, student: Conditional | None) -> dict[str, Tensor]:
    """Returns the tensors of a model, and of its student if any, by name."""

    return model.state_dict() | ({} if student is None else student.state_dict(prefix=STUDENT))


def fill(model: Model, student: Conditional | None, tensors: Mapping[str, Tensor]) -> None:
    """Gives a model, and its student if any, the values of :func:`tensors_of`."""

    learned = {name: tensors[name] for name in tensors if name.startswith(STUDENT)}
    model.load_state_dict({name: tensors[name] for name in tensors if name not in learned})

    if student is not None:
        student.load_state_dict({name.removeprefix(STUDENT): learned[name] for name in learned})
