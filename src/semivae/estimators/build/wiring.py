r"""From flat parameters to a wired model."""

from __future__ import annotations

__all__ = ["check_settings", "wire"]

import math
from collections.abc import Sequence
from functools import partial
from inspect import signature
from typing import Any

import numpy as np

from semivae.conditional import Net
from semivae.errors import SettingError
from semivae.estimators.build.auto import convolves, dropout_for, hidden_for, latents_for
from semivae.estimators.build.bound import able, bound_of, check_bound, takes
from semivae.estimators.build.student import check_student
from semivae.estimators.parameters import default
from semivae.families import choose_data
from semivae.marginal import Marginalize, exact, marginals
from semivae.models import Model, models
from semivae.priors import LabelPrior, simplexes
from semivae.variables import Schema

# The smallest and largest value of each number that a user may set, and whether it has to be whole.
LIMITS: dict[str, tuple[float, float, bool]] = {
    "latents": (1, math.inf, True),
    "labeled_batch": (1, math.inf, True),
    "patience": (1, math.inf, True),
    "label_points": (1, math.inf, True),
    "temperature": (0.01, 1, False),
    "devices": (1, math.inf, True),
    "nodes": (1, math.inf, True),
    "alpha": (0, math.inf, False),
    "beta": (0, math.inf, False),
    "warmup": (0, 1, False),
    "free_bits": (0, math.inf, False),
    "importance_samples": (1, math.inf, True),
    "smoothing": (0, 1e6, False),
    "components": (1, math.inf, True),
    "labeled_share": (0, 1, False),
    "dropout": (0, 0.99, False),
    "adversarial": (0, math.inf, False),
    "radius": (0, math.inf, False),
    "neighbors": (0, math.inf, True),
    "interpolation": (0, math.inf, False),
    "augmentation": (0, 2, False),
    "learning_rate": (1e-12, math.inf, False),
    "weight_decay": (0, math.inf, False),
    "averaging": (0, 0.999999, False),
    "validation_share": (0.01, 0.9, False),
}

# The most classes that are summed over one by one, unless it is asked for.
MOST_SUMMED = 50

CHOICES: dict[str, tuple[str | bool, ...]] = {
    "network": ("auto", "mlp", "conv"),
    "device": ("auto", "cpu", "cuda", "mps"),
    "precision": ("auto", "float32", "bfloat16"),
    "compile": ("auto", False, True),
    "teacher": (False, True),
    "student": (False, True),
    "early_stopping": ("auto", False, True),
    "verbose": (False, True),
}


def check_settings(settings: dict[str, Any]) -> None:
    r"""Checks the numbers and choices of an estimator.

    Raises:
        SettingError: If one cannot work; it names the setting and what it may be.
    """

    for name, (low, high, whole) in LIMITS.items():
        value = settings[name]

        if value == "auto" == default(name):
            continue

        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)

        if not number or not low <= value <= high or (whole and value != int(value)):
            kind = ("'auto' or " if default(name) == "auto" else "") + ("a whole number" if whole else "a number")
            upper = "" if high == math.inf else f" and at most {high:g}"

            raise SettingError(
                f"{name}={value!r}", f"it must be {kind}, at least {low:g}{upper}", f"{name}={default(name)!r}"
            )

    for name, choices in CHOICES.items():
        if settings[name] not in choices:
            raise SettingError(
                f"{name}={settings[name]!r}",
                f"it must be one of {', '.join(map(repr, choices))}",
                f"{name}={default(name)!r}",
            )

    if settings["teacher"] and not settings["averaging"]:
        raise SettingError("teacher=True with averaging=0", "its weights are the averaged ones", "averaging=0.99")

    for name in ("epochs", "batch_size"):
        value = settings[name]

        if value != "auto" and not (isinstance(value, int | np.integer) and value >= 1):
            raise SettingError(f"{name}={value!r}", "it must be 'auto' or a whole number, at least 1", f"{name}='auto'")

    check_seed(settings)
    check_bound(settings)
    hidden = settings["hidden"]

    if hidden != "auto" and (
        not isinstance(hidden, Sequence)
        or not hidden
        or any(not isinstance(h, int | np.integer) or h < 1 for h in hidden)
    ):
        raise SettingError(f"hidden={hidden!r}", "it must hold the size of at least one layer", "hidden=(500, 500)")


def check_seed(settings: dict[str, Any]) -> None:
    """Checks that a run which is continued, or shared by several processes, draws the same numbers everywhere."""

    needs = {"checkpoint": None, "devices": 1, "nodes": 1}
    given = [f"{name}={settings[name]!r}" for name, alone in needs.items() if settings[name] != alone]

    if given and not isinstance(settings["random_state"], int | np.integer):
        raise SettingError(
            f"{' and '.join(given)} with random_state={settings['random_state']!r}",
            "such a run has to draw the same numbers whenever and wherever it is started",
            "random_state=0",
        )


def wire(settings: dict[str, Any], name: str, schema: Schema, counts: Sequence[int], labeled: int = 0) -> Model:
    r"""Builds the model that the settings describe, with fresh weights.

    Arguments:
        settings: The parameters of the estimator.
        name: The name of the model.
        schema: What each variable is.
        counts: How many labels each class has, if the target is a class.
        labeled: How many labels there are.

    Raises:
        SettingError: If the model cannot learn from this target, or sums out no class, or a student cannot.
    """

    targets = models[name].targets
    target = None if schema.y is None else schema.y.target_form

    if bool(target) != bool(targets) or (target and target not in targets):
        raise wrong_target(name, target)

    check_student(settings, schema)

    kind = models[name].form(target)
    dropout = dropout_for(settings, schema, labeled)
    net = Net(hidden_for(settings, schema), convolves(settings["network"], schema), dropout)
    family = choose_data(schema, settings["likelihood"], settings["scale"])
    marginalize = marginalization(settings, schema)
    asked = signature(kind.build).parameters
    options: dict[str, Any] = {}

    if "label_prior" in asked:
        options["label_prior"] = LabelPrior.of(counts, settings["label_prior"])

    if "simplex" in asked:
        options["simplex"] = simplexes[settings["simplex"]]

    if "marginalize" in asked:
        options["marginalize"] = marginalize
    elif settings["marginalize"] not in ("auto", "exact"):
        raise nothing_to_sum(settings["marginalize"], name, target)

    latents = latents_for(settings, kind, schema)

    return kind.build(schema, family, net, latents, **options, **bound_of(settings, name, target))


def wrong_target(name: str, target: str | None) -> SettingError:
    """Returns the error for a model that cannot learn from a kind of target."""

    kinds = {None: "no target", "category": "a class", "real": "a continuous target", "several": "several targets"}

    return SettingError(
        f"model={name!r} does not learn from {kinds[target]}",
        f"the models that do are {', '.join(map(repr, able(target)))}",
        "model='auto'",
    )


def marginalization(settings: dict[str, Any], schema: Schema) -> Marginalize:
    r"""Returns the marginalization that the settings name, with those of them that its signature asks for.

    "auto" is exact up to 50 classes, beyond which a step costs several times what it costs over the likeliest.
    """

    if settings["marginalize"] == "auto":
        many = schema.y is not None and len(schema.y.classes) > MOST_SUMMED
        function = marginals["topk"] if many else exact
    else:
        function = marginals[settings["marginalize"]]

    numbers = {name: LIMITS[name][2] for name in signature(function).parameters if name in settings}
    options = {name: (int if whole else float)(settings[name]) for name, whole in numbers.items()}

    return partial(function, **options) if options else function


def nothing_to_sum(marginalize: str, name: str, target: str | None) -> SettingError:
    """Returns the error for a marginalization with a model that sums out no class."""

    others = [other for other in able(target) if takes(other, "marginalize", target)]

    return SettingError(
        f"marginalize={marginalize!r} with model={name!r}, which has no missing class to sum out",
        f"the models that have are {', '.join(map(repr, others))}" if others else "only a missing class is summed out",
        f"model={others[0]!r}" if others else "leave marginalize out",
    )
