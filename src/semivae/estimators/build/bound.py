r"""Settings that only some models have: the prior of the latent, how often it is drawn, and what makes a row rare."""

from __future__ import annotations

__all__ = ["able", "bound_of", "check_bound", "takes"]

from functools import partial
from inspect import signature
from typing import Any

from semivae.errors import SettingError
from semivae.estimators.options.groups import ModelOptions, ObjectiveOptions
from semivae.models import models
from semivae.priors import priors

DEFAULTS = ModelOptions._declared | ObjectiveOptions._declared


def check_bound(settings: dict[str, Any]) -> None:
    """Checks that nothing weighs the divergence of an importance-weighted bound, which has none of its own."""

    weights = {"beta": ("auto", 1), "warmup": (0,), "free_bits": (0,)}
    given = [f"{name}={settings[name]!r}" for name, none in weights.items() if settings[name] not in none]

    if settings["importance_samples"] > 1 and given:
        raise SettingError(
            f"importance_samples={settings['importance_samples']!r} with {' and '.join(given)}",
            "importance weights take likelihood and divergence together, so that the latter has no weight of its own",
            "importance_samples=1",
        )


def bound_of(settings: dict[str, Any], name: str, target: str | None) -> dict[str, Any]:
    r"""Returns what a model is built with, of those settings of the bound that it takes.

    Arguments:
        settings: The parameters of the estimator.
        name: The name of the model.
        target: The kind of its target.

    Raises:
        SettingError: If a setting was changed that the model does not take.
    """

    parts = {
        "prior": partial(priors[settings["prior"]], components=int(settings["components"])),
        "importance_samples": int(settings["importance_samples"]),
        "smoothing": float(settings["smoothing"]),
    }

    for part in parts:
        if not takes(name, part, target) and settings[part] != DEFAULTS[part].default:
            others = [other for other in able(target) if takes(other, part, target)]
            raise not_taken(f"{part}={settings[part]!r}", name, others)

    return {part: value for part, value in parts.items() if takes(name, part, target)}


def takes(name: str, part: str, target: Any) -> bool:
    """Whether a model of a kind of target is built with a part."""

    return part in signature(models[name].form(target).build).parameters


def able(target: str | None) -> list[str]:
    """Returns the models that learn from a kind of target."""

    return [name for name in models if (target in models[name].targets if target else not models[name].targets)]


def not_taken(given: str, name: str, others: list[str]) -> SettingError:
    """Returns the error for a setting that a model does not take."""

    return SettingError(
        f"{given} with model={name!r}, which does not take it",
        f"the models that do are {', '.join(map(repr, others))}" if others else "no model of such a target does",
        f"model={others[0]!r}" if others else f"leave {given.split('=')[0]} out",
    )
