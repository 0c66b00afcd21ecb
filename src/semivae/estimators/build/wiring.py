r"""From a plan to a wired model."""

from __future__ import annotations

__all__ = ["wire"]

from collections.abc import Callable, Sequence
from functools import partial
from inspect import signature
from typing import Any, cast

from semivae.conditional import Net
from semivae.estimators.plan.plan import Plan
from semivae.families import choose_data
from semivae.marginal import Marginalize, marginals
from semivae.models import Model, models
from semivae.priors import LabelPrior, priors, simplexes
from semivae.schema import Schema


def wire(plan: Plan, schema: Schema, counts: Sequence[int]) -> Model:
    r"""Builds the model that a plan describes, with fresh weights.

    Arguments:
        plan: The plan.
        schema: The variables.
        counts: Labels per class, if the target is a class.
    """

    kind = models[plan.model].form(None if schema.y is None else schema.y.target_form)
    net = Net(plan.hidden, plan.network == "conv", plan.dropout)
    family = choose_data(schema, plan.likelihood or "auto", cast(Any, plan.scale))

    # Only some models take these.
    parts: dict[str, Callable[[], Any]] = {
        "label_prior": lambda: LabelPrior.of(counts, cast(Any, plan.label_prior)),
        "simplex": lambda: simplexes[str(plan.simplex)],
        "marginalize": lambda: marginalization(plan),
        "prior": lambda: partial(priors[str(plan.prior)], **given(components=plan.components)),
        "mixture": lambda: plan.components,
        "reads": lambda: plan.reads,
        "importance_samples": lambda: plan.importance_samples,
        "smoothing": lambda: plan.smoothing,
    }
    taken = {name: parts[name]() for name in signature(kind.build).parameters if name in parts}

    return kind.build(schema, family, net, plan.latents, **taken)


def marginalization(plan: Plan) -> Marginalize:
    """Returns the marginalization of a plan, with its options."""

    function = marginals[str(plan.marginalize)]
    options = given(label_points=plan.label_points, temperature=plan.temperature)

    return partial(function, **options) if options else function


def given(**options: Any) -> dict[str, Any]:
    """Returns the options that are not None."""

    return {name: value for name, value in options.items() if value is not None}
