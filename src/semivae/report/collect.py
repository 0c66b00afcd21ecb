r"""Collects the facts of a report: from the model alone, and more if its rows are at hand."""

from __future__ import annotations

__all__ = ["collect"]

import logging
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.errors import DataError, SettingError
from semivae.report.headline import headline
from semivae.report.records import Facts, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Fitted
    from semivae.variables import Variable

LOG = logging.getLogger(__name__)

# As many rows as a section lists.
LISTED = 20

# Columns of a data contract that a page shows without becoming slow.
MOST_VARIABLES = 200


def collect(
    fitted: Fitted,
    x: Any = None,
    y: Any = None,
    metrics: Mapping[str, Any] | None = None,
    place: str = "MODEL",
    data: str | None = None,
    hashes: Mapping[str, str] | None = None,
) -> Facts:
    r"""Collects the facts of a report.

    Arguments:
        fitted: The estimator.
        x: Rows, best the rows of its fit; the report leaves out what needs rows if not given.
        y: Their labels, with markers where missing; None if there are none.
        metrics: The facts that the fit described, as :func:`semivae.workflows.fit.describe` returns them, with the
            comparison.
        place: The folder of the model, for commands.
        data: The name of the rows as the user gave it, for commands.
        hashes: The sha256 of files of the model, by name.
    """

    from semivae.workflows.held import held_measures

    metrics = metrics or {}
    comparison, held = metrics.get("comparison"), held_measures(fitted)
    target, rows = named(fitted), metrics.get("data", {}).get("rows")
    found = {} if x is None else of_rows(fitted, x, y, comparison is not None or held is not None)
    found = {"live": decoder(fitted, None)} | found
    health = getattr(fitted, "health_", None)

    return Facts(
        title=" · target ".join(filter(None, [metrics.get("data", {}).get("name") or data or place, target])),
        about=f"{type(fitted).__name__} · model {fitted.model_name_} · seed {seed_of(fitted)}",
        headline=headline(target, comparison, held, found.get("marks", ()), rows),
        comparison=comparison,
        held=held,
        health=() if health is None else health.to_json()["findings"],
        not_judged="" if health is None else health.not_judged,
        data=contract(fitted),
        left_out=fitted.schema_.left_out,
        counts=counts(fitted),
        commands=commands(fitted, place, data or "DATA", metrics.get("command")),
        details=details(fitted, hashes or {}),
        **found,
    )


def of_rows(fitted: Fitted, x: Any, y: Any, judged: bool) -> dict[str, Any]:
    r"""Returns the facts that need rows, by name. A section that cannot be made is left out, and logged.

    Arguments:
        fitted: The estimator.
        x: The rows.
        y: Their labels, or None.
        judged: Whether labels were held out, so that doubted labels are found quickly.
    """

    from semivae.report.gallery import gallery
    from semivae.report.latents import latent_map
    from semivae.workflows.card import card
    from semivae.workflows.draw import codes_of

    codes = codes_of(fitted, y, len(x))
    latents = fitted.transform(x)
    parts: dict[str, Callable[[], Any]] = {
        "gallery": lambda: gallery(fitted, x, codes),
        "marks": lambda: card(fitted, x, codes),
        "map": lambda: latent_map(fitted, x, latents, codes),
        "live": lambda: decoder(fitted, latents),
        "unusual": lambda: unusual(fitted, x),
        "doubtful": lambda: doubtful(fitted, x, y) if judged else None,
        "following": lambda: following(fitted, x, y),
    }
    found = {}

    for name, part in parts.items():
        try:
            found[name] = part()
        except (DataError, SettingError) as error:
            # The other sections are good without it.
            LOG.info(f"The report has no section {name!r}: {error.given}.")

    return {name: value for name, value in found.items() if value is not None}


def named(fitted: Fitted) -> str | None:
    """Returns the name of the target, or of all targets; None without one."""

    return " and ".join(variable.name for variable in fitted.schema_.targets) or None


def decoder(fitted: Fitted, latents: Any) -> Any:
    """Returns the decoder as plain numbers, if it can be taken apart."""

    from semivae.workflows.live import live

    return live(fitted, latents)


def unusual(fitted: Fitted, x: Any) -> Sheet:
    """Returns the most surprising rows."""

    from semivae.workflows.surprises import surprises

    return of_frame(fitted, x, surprises(fitted, x, LISTED), ["row", "outlier_score", "reason"])


def doubtful(fitted: Any, x: Any, y: Any) -> Sheet | None:
    """Returns the labels that the model doubts: it gives another class more, or the value is far off."""

    from semivae.fitted import Classifier, Regressor

    if y is None or not isinstance(fitted, Classifier | Regressor):
        return None

    limit = 0.5 if isinstance(fitted, Classifier) else 0.05
    found = fitted.mislabeled(x, y).query(f"probability < {limit}").head(LISTED)

    return of_frame(fitted, x, found, ["row", "label", "suggested", "probability"])


def following(fitted: Fitted, x: Any, y: Any) -> Sheet | None:
    """Returns the rows to label next; None without a target, or if every row has a label."""

    from semivae.estimators.suggested import suggested

    if fitted.schema_.y is None:
        return None

    return of_frame(fitted, x, suggested(fitted, x, y, LISTED), ["row", "score", "stands_for", "reason"])


def of_frame(fitted: Fitted, x: Any, found: pd.DataFrame, names: Sequence[str]) -> Sheet:
    """Returns columns about rows, the first of them their positions, with pictures if rows are images."""

    from semivae.report.gallery import picture

    kept = [name for name in names if name == "row" or bool(np.any(found[name].to_numpy() != ""))]
    pictures = [picture(fitted, x[row]) for row in found["row"].tolist()] if fitted.schema_.image else []
    cells = [[text(value) for value in found[name].tolist()] for name in kept]

    return Sheet([name.replace("_", " ") for name in kept], list(zip(*cells, strict=True)), pictures)


def text(value: Any) -> str:
    """Returns a cell as text, a number with a useful number of digits."""

    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)


def contract(fitted: Fitted) -> Sheet:
    """Returns the variables of a model: what it expects of rows."""

    variables = [*fitted.schema_.targets, *fitted.schema_.x]
    targets = len(fitted.schema_.targets)
    rows = [
        [
            variable.name,
            "target" if i < targets else "column",
            variable.kind,
            values(variable),
            "yes" if variable.missing else "",
        ]
        for i, variable in enumerate(variables[:MOST_VARIABLES])
    ]

    return Sheet(["name", "role", "kind", "values", "missing cells"], rows)


def values(variable: Variable) -> str:
    """Returns the values of a variable in few words."""

    if variable.shape:
        return " x ".join(map(str, variable.shape)) + " (channels, height, width)"

    if variable.classes:
        more = f" and {len(variable.classes) - 12} more" if len(variable.classes) > 12 else ""

        return ", ".join(map(str, variable.classes[:12])) + more

    return "" if variable.low is None else f"{variable.low:.5g} to {variable.high:.5g}"


def counts(fitted: Fitted) -> dict[str, str]:
    """Returns the number of rows of the fit by role."""

    roles = {"labeled": "n_labeled_", "unlabeled": "n_unlabeled_", "held out to stop in time": "n_held_out_"}
    found = {role: getattr(fitted, name, 0) for role, name in roles.items()}

    return {role: f"{count:,}" for role, count in found.items() if count}


def commands(fitted: Fitted, place: str, data: str, fit: str | None) -> dict[str, str]:
    """Returns lines to run, by purpose; the command of the fit as it was given, if that is known."""

    targets = [word for variable in fitted.schema_.targets for word in ("--target", variable.name)]
    words = ["semivae", "fit", data, *targets, "--model", fitted.model_name_, "--seed", seed_of(fitted), "--out", place]
    place, data = shlex.quote(place), shlex.quote(data)

    return {
        "fit": fit or shlex.join(words),
        "python": f"{fitted!r}.fit(X{', y' if targets else ''})",
        "budget": f"semivae budget {place} {data}",
        "explore": f"semivae explore {place} {data}",
        "report": f"semivae report {place} {data} --out report.html",
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
