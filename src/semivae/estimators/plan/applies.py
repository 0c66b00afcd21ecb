r"""Which models learn from a target, and which options they use."""

from __future__ import annotations

__all__ = ["BUILT_WITH", "able", "check_model", "check_used", "takes"]

from collections.abc import Mapping
from inspect import signature
from typing import Any

from semivae.errors import SettingError
from semivae.estimators.options import ModelOptions, ObjectiveOptions, RecipeOptions
from semivae.estimators.options.declared import plain
from semivae.models import models
from semivae.variables import Schema, TargetForm

# The model part that uses each option.
BUILT_WITH = {
    "prior": "prior",
    "components": "prior",
    "marginalize": "marginalize",
    "label_points": "marginalize",
    "temperature": "marginalize",
    "simplex": "simplex",
    "smoothing": "smoothing",
    "importance_samples": "importance_samples",
}

# Options that need a target, and the subset that a model of labels alone cannot use.
OF_TARGETS = {"alpha", "labeled_share", *RecipeOptions._declared}
OF_UNLABELED = {"adversarial", "radius", "neighbors", "interpolation", "teacher"}

OPTIONS = ModelOptions._declared | ObjectiveOptions._declared | RecipeOptions._declared

FORMS: dict[TargetForm | None, str] = {
    None: "no target",
    "category": "a class",
    "real": "a continuous target",
    "several": "several targets",
}


def check_model(name: str, schema: Schema) -> None:
    r"""Checks that a model can learn from a target.

    Raises:
        SettingError: If it cannot; names the models that can.
    """

    target = form_of(schema)

    if name not in able(target):
        raise SettingError(
            f"model={name!r} does not learn from {FORMS[target]}",
            f"the models that do are {', '.join(map(repr, able(target)))}",
            "model='auto'",
        )


def check_used(settings: Mapping[str, Any], name: str, schema: Schema) -> None:
    r"""Checks that a model uses every changed option. A term that is switched off is fine.

    Arguments:
        settings: The value of each option by its name.
        name: The name of the model.
        schema: The variables.

    Raises:
        SettingError: If it ignores one; names the models that use it.
    """

    for option, declared in OPTIONS.items():
        value = settings.get(option, declared.default)
        off = option in RecipeOptions._declared and not value

        if off or uses(name, option, schema) or plain(value) == declared.default:
            continue

        others = [other for other in able(form_of(schema)) if uses(other, option, schema)]

        raise SettingError(
            f"model={name!r} does not use {option}={value!r}",
            f"the models that do are {', '.join(map(repr, others))}" if others else "no model of this target does",
            f"model={others[0]!r}" if others else f"leave {option} out",
        )


def uses(name: str, option: str, schema: Schema) -> bool:
    """Whether a model of a target uses an option."""

    if option in BUILT_WITH:
        return takes(name, BUILT_WITH[option], form_of(schema))

    if option == "label_prior":
        return any(target.classes for target in schema.targets)

    return not (option in OF_TARGETS and schema.y is None) and not (option in OF_UNLABELED and models[name].labels_only)


def takes(name: str, part: str, target: Any) -> bool:
    """Whether a model of a kind of target is built with a part."""

    return part in signature(models[name].form(target).build).parameters


def able(target: str | None) -> list[str]:
    """Returns the models that learn from a kind of target."""

    return [name for name in models if (target in models[name].targets if target else not models[name].targets)]


def form_of(schema: Schema) -> TargetForm | None:
    """Returns the form of the target; None without one."""

    return None if schema.y is None else schema.y.target_form
