r"""Writes the tables of measured results into docs/benchmarks.md, from the JSON files in benchmarks/results.

Usage: .venv/bin/python benchmarks/table.py
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = ["data", "labels", "model", "test accuracy", "seeds", "longest fit"]
RIVALS = ["ridge", "forest", "boosting"]
COUNTS = [10, 100, 1000, 10_000]
HEAD_WAYS = ["`marginalize`", *(f"{count:,} classes" for count in COUNTS), "accuracy, 100 classes", "fit"]
HEAD_STEPS = ["a step", "`m2`", "`vae`", "`m2`, vectors", "`vae`, vectors"]
HEAD_TABLES = ["rows", "target", "runs", "learner", "accuracy or R2", "log loss", "ECE", "ECE of a perfect model"]
HEAD_REAL = ["data", "labels", "model", "test R2", "90% intervals hold", *RIVALS, "draws"]
HEAD_KINDS = ["method", "cells, 5 labels a type", "fit (s)", "questions, 60 labels", "questions, 300 labels"]
# The pixels of images, whose rows have probabilities of levels.
PIXELS = {"digits": 64, "mnist": 784, "fashion_mnist": 784}
# The measures of both halves, with the decimal places of each.
BOTH = {
    "accuracy": ("accuracy", 3),
    "r2": ("R2", 3),
    "log_loss": ("log loss", 2),
    "explained_variance": ("explained variance", 2),
    "pca_explained": ("by PCA", 2),
    "asked_class": ("asked class", 2),
    "variance_ratio": ("variance in a class", 2),
    "sample_precision": ("precision", 2),
    "sample_recall": ("recall", 2),
    "sample_coverage": ("coverage", 2),
    "told_apart": ("told apart", 2),
    "linear_probe": ("linear probe", 2),
    "neighbor_probe": ("kNN", 2),
    "active_units": ("active units", 0),
    "kl": ("KL", 1),
    "bits": ("bits per pixel", 2),
    "seconds": ("fit (s)", 0),
}


def main() -> None:
    """Writes the tables of the page."""

    PAGE.write_text(filled(PAGE.read_text()))


def filled(page: str) -> str:
    """Returns a page in which each table between its markers holds the stored results."""

    for name, table in sections().items():
        start, end = f"<!-- table of {name} -->\n", "<!-- end of the table -->"
        page = re.sub(f"{start}.*?{end}", f"{start}{table}\n{end}", page, count=1, flags=re.DOTALL)

    return page


def sections() -> dict[str, str]:
    """Returns each table of the page as Markdown, by its name there."""

    times = [stored(name)["ms"] for name in ("speed", "speed_vectors")]

    return {
        "classes": of_classes(results()),
        "numbers": of_numbers(results()),
        "both": of_both([json.loads(path.read_text()) for path in sorted((RESULTS / "both").glob("*.json"))]),
        "small tables": markdown(HEAD_TABLES, of_tables(stored("tables")["runs"])),
        "sums": markdown(HEAD_WAYS, ways(stored("classes")["results"], stored("pairs")["summary"])),
        "steps": markdown(HEAD_STEPS, steps(*times)),
        "kinds": markdown(HEAD_KINDS, of_kinds(stored("single_cells")["runs"], stored("text")["runs"])),
        "molecules": markdown(["measure", "value"], of_molecules(stored("molecules")["parts"])),
    }


def tables(found: list[dict[str, Any]]) -> str:
    """Returns the tables of some results, of classes and of numbers, as Markdown."""

    return "\n\n".join(filter(None, (of_classes(found), of_numbers(found))))


def of_classes(found: list[dict[str, Any]]) -> str:
    """Returns the table of those results whose target is a class; empty without any."""

    rows = [row(facts) for facts in found if "accuracy_mean" in facts]

    return markdown(HEAD, rows) if rows else ""


def of_numbers(found: list[dict[str, Any]]) -> str:
    """Returns the table of those results whose target is a number; empty without any."""

    rows = [row_real(facts) for facts in found if "r2_mean" in facts]

    return markdown(HEAD_REAL, rows) if rows else ""


def of_both(found: list[dict[str, Any]]) -> str:
    """Returns the table of both halves of each model, with means over the draws; empty without any."""

    fits: dict[str, list[dict[str, Any]]] = {}

    for facts in sorted(found, key=order):
        pixels = PIXELS.get(facts["data"], math.nan)
        bits = -facts.get("log_likelihood", math.nan) / pixels / math.log(2)
        fits.setdefault(" | ".join(named(facts)), []).append(facts | {"bits": bits})

    rows = [
        [*named(draws[0]), str(len(draws)), *(mean(draws, name, digits) for name, (_, digits) in BOTH.items())]
        for draws in fits.values()
    ]

    head = ["data", "labels", "model", "draws", *(title for title, _ in BOTH.values())]

    return markdown(head, rows) if rows else ""


def of_tables(runs: list[dict[str, Any]]) -> list[list[str]]:
    """Returns the cells of each learner on small tables, as means over the runs of a kind."""

    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}

    for run in runs:
        rows = {
            "few": f"{run['labels'] if 'labels' in run else ''} labels",
            "shift": f"50 labels, {run.get('chosen')}, {run.get('share', 0):.0%} of one class",
            "adult": f"Adult, {run.get('labels')} labels, {run.get('chosen')}",
        }[run["part"]]
        rows += ", model alone" if run.get("committee") == "off" else ""
        kinds.setdefault((rows, "a number" if "r2" in run["semivae"] else "a class"), []).append(run)

    return [
        [rows, target, str(len(part)), learner, *learned([run[learner] for run in part])]
        for (rows, target), part in kinds.items()
        for learner, measures in part[0].items()
        if isinstance(measures, dict) and (learner == "semivae" or "model alone" not in rows)
    ]


def learned(measures: list[dict[str, float]]) -> list[str]:
    """Returns the cells of a learner: means of its measures, a dash where it has none."""

    found = [mean(measures, "r2" if "r2" in measures[0] else "accuracy", 3)]

    return [*found, *(mean(measures, name, 3) for name in ("log_loss", "ece", "ece_perfect"))]


def of_kinds(cells: list[dict[str, Any]], texts: list[dict[str, Any]]) -> list[list[str]]:
    """Returns the mean accuracy of each method on cells and on questions."""

    found: dict[str, list[str]] = {}

    for name in ("semivae", "logistic regression", "linear svm", "label spreading", "scANVI"):
        draws = [run for run in cells if run["method"] == name]
        asked = [[run[name] for run in texts if run["labels"] == labels and name in run] for labels in (60, 300)]
        found[name] = [mean(part, "accuracy", 3) if part else "–" for part in (draws, *asked)]
        found[name].insert(1, mean(draws, "seconds", 0) if draws else "–")

    return [[name, *line] for name, line in found.items()]


def of_molecules(parts: dict[str, Any]) -> list[list[str]]:
    """Returns the measures of molecules."""

    rows, drawn, likely = parts["rows"], parts["samples drawn"], parts["samples"]
    searches = [part for name, part in parts.items() if name.startswith("search")]
    bests = {name: [one[name] for one in searches] for name in ("best", "best_random")}
    found = {name: f"{sum(values) / len(values):.2f}" for name, values in bests.items()}

    return [
        ["fit, two cores", f"{parts['fit']['seconds'] / 60:.0f} min"],
        ["R2 of logP", f"{rows['r2']:.3f}"],
        ["divergence of z", f"{rows['kl_z']:.1f} nats"],
        ["tokens at their place, rebuilt from z", f"{rows['tokens_rebuilt']:.3f}"],
        ["tokens in their order, rebuilt from z", f"{rows['tokens_in_order']:.3f}"],
        ["samples that are valid, unique and new", f"{drawn['usable_share']:.3f}"],
        ["those of the most probable tokens", f"{likely['usable_share']:.3f}"],
        ["distance of logP of samples", f"{drawn['wasserstein_logp']['samples']:.2f}"],
        ["distance of logP of shuffled strings", f"{drawn['wasserstein_logp']['shuffled']:.2f}"],
        [f"penalized logP: best of a search, mean of {len(searches)}", found["best"]],
        ["best of the 1,000 labels", f"{searches[0]['best_label']:.2f}"],
        ["best of as many samples", found["best_random"]],
    ]


def mean(draws: list[dict[str, Any]], name: str, digits: int) -> str:
    """Returns the mean of a measure over draws; a dash where it was not measured."""

    values = [draw.get(name, math.nan) for draw in draws]
    value = sum(values) / len(values)

    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def results() -> list[dict[str, Any]]:
    """Returns what was measured, sorted by data, labels and model."""

    found = [json.loads(path.read_text()) for path in RESULTS.glob("*.json")]

    return sorted((facts for facts in found if {"data", "labels", "model"} <= facts.keys()), key=order)


def stored(name: str) -> dict[str, Any]:
    """Returns a result."""

    return json.loads((RESULTS / f"{name}.json").read_text())


def ways(timed: list[dict[str, Any]], fits: list[dict[str, Any]]) -> list[list[str]]:
    r"""Returns the cells of each way to sum out a missing class.

    Arguments:
        timed: What a step takes with a number of classes.
        fits: How accurate fits are where there are 100.
    """

    times = {(step["way"], step["classes"]): step.get("milliseconds_median") for step in timed}
    found = {fit["way"]: fit for fit in fits}

    return [
        [
            f"`{way}`",
            *(milliseconds(times.get((way, count))) for count in COUNTS),
            spread(found[way], "accuracy", 3),
            f"{found[way]['seconds_longest'] / 60:.1f} min",
        ]
        for way in dict.fromkeys(step["way"] for step in timed)
    ]


def steps(*machines: dict[str, dict[str, float]]) -> list[list[str]]:
    """Returns the cells of each way to take a step, the fastest on the first machine first.

    The bare products are those of `m2`.
    """

    found: dict[str, dict[tuple[int, str], float]] = {}

    for machine, times in enumerate(machines):
        for name, time in times.items():
            model, way = ("m2", name) if name.startswith("bare") else name.split(maxsplit=1)
            found.setdefault(way, {})[machine, model] = time["median"]

    columns = [(machine, model) for machine in range(len(machines)) for model in ("m2", "vae")]
    fastest = sorted(found.items(), key=lambda way: way[1].get(columns[0], math.inf))

    return [[way, *(milliseconds(medians.get(column)) for column in columns)] for way, medians in fastest]


def milliseconds(median: float | None) -> str:
    """Returns the time of a step; a dash where it was not measured."""

    return "–" if median is None else f"{median:,.0f} ms"


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Returns a table as Markdown."""

    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])


def order(facts: dict[str, Any]) -> tuple[str, int, str, list[str]]:
    """Returns what results are sorted by."""

    return facts["data"], facts["labels"], facts["model"], facts["settings"]


def row(facts: dict[str, Any]) -> list[str]:
    """Returns the cells of a result of classes."""

    minutes = f"{facts['seconds_longest'] / 60:.1f} min"

    return [*named(facts), spread(facts, "accuracy", 4), str(len(facts["runs"])), minutes]


def row_real(facts: dict[str, Any]) -> list[str]:
    """Returns the cells of a result of numbers."""

    rivals = [spread(facts["rivals"][name], "r2", 3) for name in RIVALS]

    return [*named(facts), spread(facts, "r2", 3), spread(facts, "coverage", 3), *rivals, str(len(facts["runs"]))]


def named(facts: dict[str, Any]) -> list[str]:
    """Returns the cells that say what a result is of."""

    labels = str(facts["labels"])

    if "labels_per_class" in facts:
        labels += f" ({facts['labels_per_class']} a class)"

    return [facts["data"], labels, f"`{' '.join([facts['model'], *facts['settings']])}`"]


def spread(facts: dict[str, Any], name: str, digits: int) -> str:
    """Returns mean and deviation of a measure."""

    deviation = facts[f"{name}_deviation"]

    return f"{facts[f'{name}_mean']:.{digits}f}" + ("" if deviation is None else f" ± {deviation:.{digits}f}")


if __name__ == "__main__":
    main()
