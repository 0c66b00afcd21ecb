r"""Which models learn from a target, and which options they use."""

from __future__ import annotations

__all__ = ["BUILT_WITH", "able", "check_model", "form_of", "has_components", "reads", "takes", "uses"]

from inspect import signature
from typing import Any

from semivae.errors import SettingError
from semivae.marginal import marginals
from semivae.models import JointModel, Model, models
from semivae.schema import Schema
from semivae.variables import TargetForm

# The model parts that use each option: one is enough.
BUILT_WITH = {
    "prior": ("prior",),
    "components": ("prior", "mixture"),
    "marginalize": ("marginalize",),
    "label_points": ("marginalize",),
    "temperature": ("marginalize",),
    "simplex": ("simplex",),
    "smoothing": ("smoothing",),
    "importance_samples": ("importance_samples",),
}

# Options that need a target, and the subset that a model of labels alone cannot use: its prediction is derived from
# other parts, and all rows of a step have labels.
OF_UNLABELED = {
    "alpha",
    "labeled_share",
    "labeled_batch",
    "dropout",
    "adversarial",
    "radius",
    "neighbors",
    "interpolation",
    "teacher",
}
OF_TARGETS = {*OF_UNLABELED, "augmentation", "student", "missing_label"}

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


def uses(name: str, option: str, schema: Schema) -> bool:
    """Whether a model of a target uses an option."""

    if option in BUILT_WITH:
        return any(takes(name, part, form_of(schema)) for part in BUILT_WITH[option])

    if option == "label_prior":
        return any(target.classes for target in schema.targets)

    if option in OF_TARGETS and schema.y is None:
        return False

    return option not in models[name].ignores and not (option in OF_UNLABELED and models[name].labels_only)


def takes(name: str, part: str, target: Any) -> bool:
    """Whether a model of a kind of target is built with a part."""

    return part in signature(models[name].form(target).build).parameters


def reads(way: str, option: str) -> bool:
    """Whether a way to sum over a missing class reads an option."""

    return option in signature(marginals[way]).parameters


def has_components(prior: str | None, kind: type[Model]) -> bool:
    """Whether a prior of the latent has components to count; a mixture given the class has one for each class."""

    return prior == "vamp" or (prior == "mixture" and not issubclass(kind, JointModel))


def able(target: str | None) -> list[str]:
    """Returns the models that learn from a kind of target."""

    return [name for name in models if (target in models[name].targets if target else not models[name].targets)]


def form_of(schema: Schema) -> TargetForm | None:
    """Returns the form of the target; None without one."""

    return None if schema.y is None else schema.y.target_form
