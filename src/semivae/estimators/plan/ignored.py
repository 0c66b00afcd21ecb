r"""Options that would count for nothing in a fit: they are refused, with the line that makes them count.

An option at its default is fine, and so is a term that is switched off. The number of rows is not asked: the same
options should work on a part of the rows too, as in cross-validation.
"""

from __future__ import annotations

__all__ = ["check_used"]

import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from semivae.errors import SettingError
from semivae.estimators.options import RecipeOptions
from semivae.estimators.options.declared import plain
from semivae.estimators.options.grouped import declarations
from semivae.estimators.parameters import Parameters
from semivae.estimators.plan.applies import able, form_of, has_components, reads, uses
from semivae.estimators.plan.case import Case
from semivae.estimators.plan.rows import may_stop
from semivae.marginal import marginals
from semivae.models import StackedModel
from semivae.schema import Schema

DECLARED = declarations(Parameters)

# Terms of the loss: at 0 they are switched off.
TERMS = {"alpha", *RecipeOptions._declared}


@dataclass(frozen=True)
class Rule:
    r"""A condition under which options count.

    Attributes:
        options: The options.
        met: Whether they count.
        beside: The setting or the data that decides, as it is written in a message; braces name options.
        needed: The condition in words.
        fix: The line that meets it; without one, the option is left out.
    """

    options: tuple[str, ...]
    met: Callable[[Case], bool]
    beside: str
    needed: str
    fix: str = ""


def ways(option: str) -> str:
    """Returns the ways to sum over a missing class that read an option, in words."""

    return ", ".join(repr(way) for way in marginals if reads(way, option))


RULES = (
    Rule(
        ("likelihood",),
        lambda case: case.schema.has_choice,
        "{rows}",
        "it is the distribution of the pixels of images or of sparse rows; other rows and columns have their own",
    ),
    Rule(("scale",), lambda case: case.scaled, "no Gaussian or logistic value", "it is the deviation of these values"),
    Rule(
        ("components",),
        lambda case: case.mixes or case.given["prior"] != "normal",
        "prior={prior!r}",
        "only a learned prior has components",
        "prior='vamp'",
    ),
    Rule(
        ("components",),
        lambda case: case.mixes or has_components(case.given["prior"], case.kind),
        "prior={prior!r}",
        "the mixture of this model has one Gaussian per class",
        "prior='vamp'",
    ),
    Rule(
        ("label_points",),
        lambda case: reads(case.way, "label_points"),
        "marginalize={marginalize!r}",
        f"only {ways('label_points')} sum over some of the classes",
        "marginalize='topk'",
    ),
    Rule(
        ("temperature",),
        lambda case: reads(case.way, "temperature"),
        "marginalize={marginalize!r}",
        f"only {ways('temperature')} have a temperature",
        "marginalize='gumbel'",
    ),
    Rule(
        ("features_epochs",),
        lambda case: issubclass(case.kind, StackedModel) and case.kind.short,
        "model={model!r}",
        "only this model learns its latent in a stage of its own length",
        "model='gmvae'",
    ),
    Rule(
        ("effort",),
        lambda case: case.given["epochs"] == "auto",
        "epochs={epochs!r}",
        "the epochs are given",
        "epochs='auto'",
    ),
    Rule(
        ("perceptual", "perceptual_network"),
        lambda case: case.schema.image and case.reconstructs,
        "model={model!r} and these rows",
        "images are compared, by a decoder that reads the latent alone",
        "model='gmvae'",
    ),
    Rule(
        ("perceptual",),
        lambda case: case.given["perceptual_network"] is not None,
        "perceptual_network=None",
        "images are compared by the features of a network",
        "perceptual_network=network",
    ),
    Rule(
        ("perceptual_network",),
        lambda case: case.given["perceptual"] != 0,
        "perceptual=0",
        "it is the network of a term that is off",
        "perceptual=1.0",
    ),
    Rule(
        ("warmup", "free_bits"),
        lambda case: case.given["beta"] != 0,
        "beta={beta!r}",
        "they change a divergence that has no weight",
        "beta='auto'",
    ),
    Rule(
        ("adversarial", "radius", "neighbors", "interpolation", "teacher"),
        lambda case: case.given["alpha"] != 0,
        "alpha={alpha!r}",
        "terms of predictions are weighed relative to alpha",
        "alpha='auto'",
    ),
    Rule(
        ("augmentation",),
        lambda case: case.given["student"] or not case.kind.labels_only,
        "model={model!r}",
        "only a student of this model learns from changed images",
        "student=True",
    ),
    Rule(
        ("augmentation",),
        lambda case: case.given["student"] or case.given["alpha"] != 0,
        "alpha={alpha!r}",
        "it is weighed relative to alpha",
        "alpha='auto'",
    ),
    Rule(
        ("adversarial", "radius"),
        lambda case: case.moves,
        "no continuous value",
        "predictions are compared around continuous values",
    ),
    Rule(
        ("adversarial",), lambda case: bool(case.given["radius"]), "radius=0", "no other point is near", "radius=0.25"
    ),
    Rule(
        ("radius",),
        lambda case: bool(case.given["adversarial"]),
        "adversarial=0",
        "it is the radius of a term that is off",
        "adversarial=1.0",
    ),
    Rule(
        ("neighbors",),
        lambda case: form_of(case.schema) == "category",
        "a target that is not one class",
        "labels spread to neighbors only if they are classes",
    ),
    Rule(
        ("neighbors",),
        lambda case: case.memory,
        "rows on disk",
        "neighbors are found among rows in memory",
    ),
    Rule(
        ("reference_share",),
        lambda case: case.memory,
        "rows on disk",
        "rows are kept out of those in memory",
    ),
    Rule(
        ("teacher",),
        lambda case: case.compares,
        "no term that compares predictions",
        "a teacher predicts for adversarial, interpolation and augmentation",
        "adversarial=1.0",
    ),
    Rule(
        ("patience", "validation_share"),
        lambda case: may_stop(case.given["early_stopping"], case.given["epochs"], case.schema),
        "early_stopping={early_stopping!r}",
        "no rows are held out, so that no run stops early",
        "early_stopping=True",
    ),
)


def check_used(given: Mapping[str, Any], name: str, schema: Schema, memory: bool) -> None:
    r"""Checks that every changed option counts for something. A term that is switched off is fine.

    Arguments:
        given: The value of each parameter and option by its name.
        name: The name of the model.
        schema: The variables.
        memory: Whether the rows are in memory.

    Raises:
        SettingError: If one counts for nothing; it says why, and names the line that changes it.
    """

    case = Case(given, name, schema, memory)

    for option, value in given.items():
        off = option in TERMS and not value

        if off or plain(value) == DECLARED[option].default:
            continue

        check_model_uses(name, option, value, schema)

        for rule in RULES:
            if option in rule.options and not rule.met(case):
                raise SettingError(
                    f"{option}={reprlib.repr(value)} with {rule.beside.format(rows=schema.words, **given)}",
                    rule.needed,
                    rule.fix or f"leave {option} out",
                )


def check_model_uses(name: str, option: str, value: Any, schema: Schema) -> None:
    r"""Checks that a model uses an option.

    Raises:
        SettingError: If it ignores the option; names the models that use it.
    """

    if uses(name, option, schema):
        return

    others = [other for other in able(form_of(schema)) if uses(other, option, schema)]

    raise SettingError(
        f"model={name!r} does not use {option}={reprlib.repr(value)}",
        f"the models that do are {', '.join(map(repr, others))}" if others else "no model of this target does",
        f"model={others[0]!r}" if others else f"leave {option} out",
    )
