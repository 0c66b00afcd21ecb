r"""The headline of a report: how good, against what, and whether the unlabeled rows helped, in three sentences."""

from __future__ import annotations

__all__ = ["headline"]

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from semivae.trust.paired import direction
from semivae.trust.verdict import ALONE, LEARNERS, MODEL

if TYPE_CHECKING:
    from semivae.workflows.card import Card
    from semivae.workflows.held import HeldMeasures

# The words for a rival that is no method of its own.
OTHERS = {ALONE: "The same network without unlabeled rows", LEARNERS: "Learners of the labels alone"}


def headline(
    target: str | None,
    comparison: Mapping[str, Any] | None,
    held: HeldMeasures | None,
    card: Card | None = None,
    rows: int | None = None,
) -> list[str]:
    r"""Returns at most three sentences.

    Arguments:
        target: The name of the target; None without one.
        comparison: The verdict as plain JSON values, if there is one.
        held: The measures on held-out labels, if there are some.
        card: The card, for a model without a target.
        rows: The number of rows of the fit, if known.
    """

    if target is None:
        return without_target(card, rows)

    model = None if comparison is None else next((row for row in comparison["rows"] if row["name"] == MODEL), None)

    if comparison is None or model is None:
        return not_compared(target, held, comparison)

    metric, labels = comparison["metric"], comparison["labels"]
    quality = f"With {labels:,} labels, {says(metric, target, model['mean'], (model['low'], model['high']))}."
    gain = of_gain(metric, comparison["gain"], comparison["p_value"])
    rival = against(metric, comparison["rows"], model)
    helped = comparison["gain"] is not None and verdict_of(comparison) > 0

    return [quality, gain, rival] if helped or comparison["gain"] is None else [gain, quality, rival]


def without_target(card: Card | None, rows: int | None) -> list[str]:
    """Returns the sentences of a model without a target."""

    learned = f"This model learned from {rows:,} rows without labels" if rows else "This model learned without labels"
    found = [f"{learned}: it places rows on a map, generates new ones and finds unusual ones."]
    kept, beside = (None, None) if card is None else (card.value("explained_variance", k) for k in (0, -1))

    if card is not None and kept is not None and beside is not None:
        found.append(
            f"Rows that go through its latent keep {kept:.0%} of their variance, and {beside:.0%} through "
            f"{card.latents} principal components ({card.rows:,} rows)."
        )

    return found


def not_compared(target: str, held: HeldMeasures | None, comparison: Mapping[str, Any] | None) -> list[str]:
    """Returns the sentences of a model that was not compared with others on all given labels."""

    unknown = "Whether the unlabeled rows helped was not measured: `semivae fit --calibrate` takes the time to."

    if held is None:
        return [f"How well it predicts {target} was not measured: no label was held out.", unknown]

    metric = "R2" if held.details is None else "accuracy"
    value = held.metrics["r2" if held.details is None else "accuracy"]
    interval = getattr(value, "interval", None)
    quality = f"By {held.labels:,} labels that were held out, {says(metric, target, value, interval)}."
    row = {"mean": float(value), "low": (interval or (0, 1))[0], "high": (interval or (0, 1))[1]}

    return [quality, unknown, *([] if comparison is None else [against(metric, comparison["rows"], row)])]


def says(metric: str, target: str, mean: float, interval: tuple[float, float] | None) -> str:
    """Says how good predictions are."""

    ends = "" if interval is None else f" ({hundred(interval[0])} to {hundred(interval[1])}, 95 % interval)"

    if metric == "accuracy":
        return f"about {hundred(mean)} of 100 new rows get the right {target}{ends}"

    return f"predictions explain about {hundred(mean)} % of the variance of {target} in new rows{ends}"


def of_gain(metric: str, gain: Mapping[str, Any] | None, p_value: float | None) -> str:
    """Says whether the unlabeled rows helped."""

    if gain is None:
        return "There were no unlabeled rows to learn from."

    unit = "of 100" if metric == "accuracy" else "% of the variance"
    amount = f"{100 * gain['mean']:+.1f} {unit} ({100 * gain['low']:+.1f} to {100 * gain['high']:+.1f})"

    match direction((gain["low"], gain["high"]), p_value):
        case side if side > 0:
            return f"The unlabeled rows helped: {amount} over the same labels without them."
        case side if side < 0:
            return f"The unlabeled rows hurt: {amount} against the same labels without them."
        case _:
            return f"It is not clear that the unlabeled rows helped: {amount} over the same labels without them."


def verdict_of(comparison: Mapping[str, Any]) -> int:
    """Returns the direction of the gain."""

    gain = comparison["gain"]

    return int(direction((gain["low"], gain["high"]), comparison["p_value"]))


def against(metric: str, rows: Sequence[Mapping[str, Any]], model: Mapping[str, Any]) -> str:
    """Says how good the best rival is."""

    rivals = [row for row in rows if row["name"] != MODEL and row.get("weight") is None]
    others = [row for row in rivals if row["name"] not in OTHERS] or rivals

    if not others:
        return "No other method was tried on these labels."

    best = max(others, key=lambda row: row["mean"])
    name = OTHERS.get(best["name"], f"The best other method, {best['name']},")
    unit = "of 100" if metric == "accuracy" else "%"
    ends = f"({hundred(best['low'])} to {hundred(best['high'])})"
    overlap = best["high"] >= model["low"] and best["low"] <= model["high"]
    doubt = "; these labels cannot tell the two apart" if overlap else ""

    return f"{name} reaches {hundred(best['mean'])} {unit} {ends}{doubt}."


def hundred(share: float) -> str:
    """Returns a share of 100 as text, with a digit more near both ends."""

    value = 100 * share

    return f"{value:.0f}" if 1 <= value <= 99 or value in (0.0, 100.0) else f"{value:.1f}"
