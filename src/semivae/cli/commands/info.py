r"""`semivae info`: what a saved model is."""

from __future__ import annotations

__all__ = ["info"]

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.health import health_lines
from semivae.cli.options import Json, Model
from semivae.cli.screen import emit, put, table
from semivae.workflows.plain import short

if TYPE_CHECKING:
    import pandas as pd

    from semivae.estimators.options.grouped import Grouped

# The meaning of the scores of images, by the distribution of pixels, and whether all pixels are 0 or 1.
SCORES = {
    ("bernoulli", True): "log-probabilities of pixels that are 0 or 1",
    ("bernoulli", False): "cross-entropies of grey levels, which are no density",
    ("logistic", True): "log-probabilities of pixels that are 0 or 1",
    ("logistic", False): "log-probabilities of levels",
    ("gaussian", True): "log-densities of pixels in [0, 1]",
    ("gaussian", False): "log-densities of pixels in [0, 1]",
}

# The same of sparse rows.
SPARSE = {
    "negative_binomial": "log-probabilities of counts given their sum",
    "zero_inflated": "log-probabilities of counts given their sum",
    "multinomial": "log-probabilities of counts given their sum",
    "gaussian": "log-densities of weights",
}

Units = Annotated[
    bool, typer.Option("--units", help="Show the divergence of each unit of the latent, by epoch, in nats.")
]
Every = Annotated[
    bool, typer.Option("--settings", help="Show all settings, with those that were chosen automatically.")
]


def info(
    context: typer.Context, model: Model, units: Units = False, settings: Every = False, json: Json = False
) -> None:
    """Show what a saved model is, and check that its files are whole.

    Units of the latent near 0 nats say nothing of a row. Example: semivae info model --units
    """

    from semivae.estimators.disk.facts import facts_of
    from semivae.estimators.disk.load import unfitted, units_of
    from semivae.store import open_folder

    saved = open_folder(model)
    estimator = unfitted(facts_of(saved))
    saved.check()
    facts, files = saved.facts, saved.sums

    if json:
        parts = {"units": units_of(saved).to_dict("list")} if units else {}
        emit({"folder": model, **facts, "files": sorted(files), **parts})
    elif units:
        show_units(units_of(saved))
    else:
        put(f"{facts['estimator']} ({facts['model']}), {len(files) + 1} whole files\n")
        table(["what", "value"], list(lines(context, facts)))
        put("")
        show_settings(estimator, facts.get("plan") or {}, settings)


def show_settings(estimator: Grouped, plan: dict[str, Any], every: bool) -> None:
    """Shows the settings that the user changed, or all of them."""

    from semivae.estimators.options.grouped import settings

    chosen, usual = settings(estimator), settings(type(estimator)())
    changed = [(name, str(value)) for name, value in chosen.items() if value != usual[name]]

    if every:
        table(["setting", "value", "chosen by"], list(planned(plan, chosen)))
    elif changed:
        table(["changed setting", "value"], changed)
    else:
        put("All settings are the defaults. `semivae info MODEL --settings` shows them.")


def show_units(found: pd.DataFrame) -> None:
    """Shows the divergence of each unit in the first and last epoch, the most informative unit first."""

    if found.empty:
        put("This model has no divergences of units: none were measured.")
        return

    # The latent is that of the last stage that trained one.
    stage = found[found["stage"] == found["stage"].max()].dropna(axis=1) if "stage" in found else found
    first, last = stage.iloc[0], stage.iloc[-1]
    names = sorted((name for name in stage if name.startswith("unit ")), key=lambda name: -last[name])
    put("Divergence of each unit of the latent from its prior, in nats: near 0 it says nothing of a row\n")
    epochs = (f">epoch {int(part['epoch'])}" for part in (first, last))
    table(["unit", *epochs], [(name.removeprefix("unit "), float(first[name]), float(last[name])) for name in names])


def lines(context: typer.Context, facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the facts about a model, by name."""

    schema, fit, metrics = facts["schema"], facts["fit"], facts["metrics"]
    kinds = Counter(variable["kind"] for variable in schema["x"])
    data = metrics.get("data", {})

    yield from (("health", line) for line in health_lines(context, fit.get("health_")))

    if comparison := metrics.get("comparison"):
        yield "comparison", comparison.get("sentence", "")

    yield "data", f"{data.get('name', '')} ({', '.join(f'{count} x {kind}' for kind, count in kinds.items())})".lstrip()
    yield "target", target(schema["y"])

    if pixels := (facts.get("plan") or {}).get("likelihood"):
        sparse = schema["container"] == "sparse"
        yield "likelihood", pixels
        yield "scores", SPARSE[pixels] if sparse else SCORES[pixels, schema["x"][0].get("levels") == 2]

    yield "labeled rows", short(fit.get("n_labeled_", 0))
    yield "unlabeled rows", short(fit.get("n_unlabeled_", data.get("rows")))
    yield "rows held out", short(fit.get("n_held_out_", 0))
    yield "epochs", short(metrics.get("epochs"))

    if "calibration_temperature_" in fit:
        yield "temperature of probabilities", short(fit["calibration_temperature_"])

    if "calibration_scale_" in fit:
        yield "scale of deviations", short(fit["calibration_scale_"])

    yield "versions", ", ".join(f"{name} {value}" for name, value in facts["versions"].items())


def planned(plan: dict[str, Any], chosen: dict[str, Any], place: str = "") -> Iterator[tuple[str, str, str]]:
    r"""Yields the name of each value of a plan that the fit used, the value, and whether "auto" chose it.

    Arguments:
        plan: The plan, or a part of it.
        chosen: The parameters, by their own names.
        place: The words before each name.
    """

    for name, value in plan.items():
        if isinstance(value, dict):
            yield from planned(value, chosen, f"{place}{name} ")
        elif value is not None:
            asked = chosen.get({"compiled": "compile"}.get(name, name))
            yield f"{place}{name}", str(value), "auto" if asked == "auto" else ""


def target(variable: dict[str, Any] | None) -> str:
    """Describes the target."""

    if variable is None:
        return "none"

    if variable.get("parts"):
        return "; ".join(map(target, variable["parts"]))

    if variable["classes"]:
        return f"{variable['name']}, one of {', '.join(map(str, variable['classes']))}"

    return f"{variable['name']}, from {short(variable['low'])} to {short(variable['high'])}"
