r"""From flat parameters to a wired model."""

from __future__ import annotations

__all__ = ["check_settings", "wire"]

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
from semivae.families import choose_data
from semivae.marginal import Marginalize, exact, marginals
from semivae.models import Model, models
from semivae.priors import LabelPrior, simplexes
from semivae.variables import Schema

# The most classes that are summed over one by one, unless it is asked for.
MOST_SUMMED = 50


def check_settings(settings: dict[str, Any]) -> None:
    r"""Checks the numbers and choices of an estimator.

    Raises:
        SettingError: If one cannot work; it names the setting and what it may be.
    """

    if settings["teacher"] and not settings["averaging"]:
        raise SettingError("teacher=True with averaging=0", "its weights are the averaged ones", "averaging=0.99")

    check_seed(settings)
    check_bound(settings)


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

    numbers = {"label_points": int(settings["label_points"]), "temperature": float(settings["temperature"])}
    options = {name: numbers[name] for name in signature(function).parameters if name in numbers}

    return partial(function, **options) if options else function


def nothing_to_sum(marginalize: str, name: str, target: str | None) -> SettingError:
    """Returns the error for a marginalization with a model that sums out no class."""

    others = [other for other in able(target) if takes(other, "marginalize", target)]

    return SettingError(
        f"marginalize={marginalize!r} with model={name!r}, which has no missing class to sum out",
        f"the models that have are {', '.join(map(repr, others))}" if others else "only a missing class is summed out",
        f"model={others[0]!r}" if others else "leave marginalize out",
    )
