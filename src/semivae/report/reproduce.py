r"""How to fit a model again: commands, versions, seeds and hashes."""

from __future__ import annotations

__all__ = ["commands", "details", "seed_of"]

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from semivae.fitted import Fitted


def commands(fitted: Fitted, place: str, data: str, metrics: Mapping[str, Any]) -> dict[str, str]:
    """Returns lines to run, by purpose; the command of the fit as it was given, if that is known."""

    from sklearn.base import clone

    from semivae.fitted import Classifier, Regressor

    # A folder for the state of a run changes nothing of its result.
    plain: Any = clone(cast(Any, fitted))
    plain = plain.set_params(checkpoint=None) if "checkpoint" in plain.get_params(deep=False) else plain
    targets = [word for variable in fitted.schema_.targets for word in ("--target", variable.name)]
    words = ["semivae", "fit", data, *targets, "--model", fitted.model_name_, "--seed", seed_of(fitted), "--out", place]
    rows = " ".join(filter(None, [shlex.quote(place), shlex.quote(data), metrics.get("rows")]))
    forecast = {"budget": f"semivae budget {rows}"} if isinstance(fitted, Classifier | Regressor) else {}

    return {
        "fit": metrics.get("command") or shlex.join(words),
        "python": f"{plain!r}.fit(X{', y' if targets else ''})",
        **forecast,
        "explore": f"semivae explore {shlex.quote(place)} {shlex.quote(data)}",
        "report": f"semivae report {rows} --out report.html",
    }


def seed_of(fitted: Fitted) -> str:
    """Returns the random seed that was given, or drawn if none was."""

    given = fitted.get_params(deep=False).get("random_state")

    return str(given if isinstance(given, int) else fitted.seed_)


def details(fitted: Fitted, hashes: Mapping[str, str]) -> dict[str, str]:
    """Returns versions, seeds and hashes, by name."""

    from semivae.estimators.disk.save import describe

    versions = describe(fitted)["versions"]
    plan = getattr(fitted, "plan_", None)
    sizes = {} if plan is None else {"latents": str(plan.latents)}

    return {
        "seed": seed_of(fitted),
        **sizes,
        **{f"version of {name}": number for name, number in versions.items()},
        **{f"sha256 of {name}": value for name, value in hashes.items()},
    }
