r"""`semivae evaluate`: the metrics of saved models on labeled rows that they have not seen."""

from __future__ import annotations

__all__ = ["WithMetrics", "evaluate"]

from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from semivae.cli.options import Card, Data, Json, LabelsFrom, Models, NoHeader, Split, TargetName, Whole
from semivae.cli.screen import emit, put, table
from semivae.workflows.plain import short

if TYPE_CHECKING:
    from semivae.workflows.evaluate import Measured
    from semivae.workflows.measures import Details

# Models that a table of 80 columns has room for, and classes that are listed one by one.
BESIDE, LISTED = 3, 30


class WithMetrics(TyperCommand):
    """A command whose help lists all metrics."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Writes the metrics by subject."""

        from semivae.workflows.evaluate import described

        for subject, lines in described().items():
            with formatter.section(f"Metrics of {subject}"):
                formatter.write_dl(lines)


def evaluate(
    models: Models,
    data: Data,
    target: TargetName = None,
    labels_from: LabelsFrom = None,
    no_header: NoHeader = False,
    split: Split = "test",
    whole: Whole = False,
    card: Card = False,
    json: Json = False,
) -> None:
    """Measure saved models on labeled rows, side by side. Unlabeled rows are not scored.

    Shares have Wilson's 95 % intervals, other metrics bootstrap intervals over the rows. The log-likelihood per row is
    a lower bound, from at most 2,000 of the rows. Images on levels also have bits per dimension. --card shows the
    qualities of a generative model instead, for which rows need no label.
    """

    from semivae.estimators import load
    from semivae.workflows.evaluate import evaluate as measure

    loaded = [load(model) for model in models]

    if card:
        show_card(
            dict(zip(titles(models), loaded, strict=True)), json, (data, target, split, not no_header, labels_from)
        )
        return

    found = [measure(model, data, target, split, not no_header, labels_from, whole) for model in loaded]

    if json and len(found) == 1:
        emit({"model": models[0], "data": found[0].data, "split": split, **found[0].to_json()})
    elif json:
        parts = {str(model): measured.to_json() for model, measured in zip(models, found, strict=True)}
        emit({"data": found[0].data, "split": split, "models": parts})
    elif len(found) == 1:
        show(models[0], found[0])
    else:
        compare(models, found)


def titles(models: list[Path]) -> list[str]:
    """Returns the names of models: of their folders, with the path to them where names are the same."""

    distinct = len({model.name for model in models}) == len(models)

    return [model.name if distinct else str(model) for model in models]


def show_card(models: dict[str, Any], json: bool, source: tuple[Any, ...]) -> None:
    """Shows the card of models, a few models at a time."""

    from semivae.workflows.card import evaluate_card

    found = evaluate_card(models, *source)

    if json:
        emit({"data": source[0], "split": source[2], **found.to_json()})
        return

    put(source[0])
    put(f"{short(found.rows)} rows; PCA has {found.latents} components of as many other rows")

    for start in range(0, len(found.models), BESIDE):
        block = slice(start, start + BESIDE)
        put("")
        table(
            ["quality", "measure", *(f">{name}" for name in found.models[block])],
            [
                ("" if line.quality == before else line.quality, line.name, *line.values[block])
                for before, line in zip([None, *(line.quality for line in found.lines)], found.lines, strict=False)
            ],
        )

    put("")
    table(["measure", "meaning"], [(line.name, f"{line.meaning} ({line.better})") for line in found.lines])

    if found.judge:
        put(f"\n{found.judge}")


def show(model: Path, measured: Measured) -> None:
    """Shows the metrics of a model as text."""

    put(f"{model} on {measured.data}: {short(measured.rows)} rows\n")
    ends = measured.intervals()
    table(
        ["metric", ">value", "95 % interval"],
        [(name, value, span(*ends[name]) if name in ends else "") for name, value in measured.lines().items()],
    )

    if measured.note:
        put(f"\n{measured.note}")

    if measured.details:
        show_classes(measured.details)


def show_classes(details: Details) -> None:
    """Shows the predictions of a classifier, class by class and by confidence."""

    part, curve = details.per_class, details.reliability
    names = details.classes[:LISTED]
    recall, precision = (
        [f"{share:.3f} {span(*ends)}" if share == share else "-" for share, ends in zip(shares, both.T, strict=True)]
        for shares, both in ((part.recall, part.recall_interval), (part.precision, part.precision_interval))
    )
    put("")
    table(
        ["class", ">rows", "recall", "precision", "taken for"],
        [(name, int(part.rows[i]), recall[i], precision[i], details.taken_for(i)) for i, name in enumerate(names)],
    )
    put("")
    table(
        [">confidence", ">rows", ">right", "95 % interval"],
        [
            (float(confidence), int(rows), float(right), span(low, high))
            for confidence, rows, right, low, high in zip(
                *(curve.confidence, curve.rows, curve.accuracy, curve.low, curve.high), strict=True
            )
        ],
    )


def compare(models: list[Path], found: list[Measured]) -> None:
    """Shows the metrics of several models side by side, a few at a time."""

    from semivae.workflows.evaluate import leaders

    lines, ends = [measured.lines() for measured in found], [measured.intervals() for measured in found]
    names = list(dict.fromkeys(name for part in lines for name in part))
    best = {name: leaders(name, [part.get(name) for part in lines]) for name in names}
    short = titles(models)
    put(found[0].data)

    for start in range(0, len(models), BESIDE):
        block = range(len(models))[start : start + BESIDE]
        put("")
        # An interval says as much as a standard error.
        shown = [name for name in names if any(name in lines[i] for i in block) and not name.endswith("standard_error")]
        rows = [("rows", *(found[i].rows for i in block))]
        rows += [(name, *(cell(lines[i].get(name), ends[i].get(name), best[name][i]) for i in block)) for name in shown]
        table(["metric", *(f">{short[i]}" for i in block)], rows)

    put("\n± half of the 95 % interval\n* the best, and all that cannot be told from it at 95 % on the same rows")


def cell(value: Any, ends: tuple[float, float] | None, best: bool) -> str:
    """Returns a value with half of its interval, and a star if it is among the best."""

    around = f" ±{(ends[1] - ends[0]) / 2:.2g}" if ends else ""

    return short(value) if value is None else f"{short(value)}{'*' if best else ''}{around}"


def span(low: float, high: float) -> str:
    """Returns the ends of an interval as text."""

    return f"{short(float(low))} to {short(float(high))}"
