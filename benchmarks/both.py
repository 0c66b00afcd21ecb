r"""Both halves of every model: how well it predicts, and how good its generator and its latent are.

Usage: .venv/bin/python benchmarks/both.py
       .venv/bin/python benchmarks/both.py --only digits,adult --models auto,m1m2 --draws 3 --set epochs=40 --tag short
Cost: about 10 minutes on 2 cores for digits, and 10 minutes a fit for MNIST and Fashion-MNIST.
Result: benchmarks/results/both/<data>_<labels>_<model>[_<tag>]_<draw>.json, one a fit. Fits that are stored are not
repeated, so that a run goes on where it was stopped; `--redo` makes them anew.

"auto" is the default model. A model that learns from no label is fitted without a target. Each draw has its own labels;
the fit, the samples and all measures have the number of the draw as their seed. Test rows are used for measuring only.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from cells import of_cells
from halves import DRAWS, MODELS, Draw
from sets import use_sets_beside

from semivae import VAEClassifier, VAEEmbedding, VAERegressor
from semivae.evaluation import Exam, scorecard
from semivae.models import models
from semivae.workflows.inputs.settings import settings_of
from store import RESULTS, store

FOLDER = RESULTS / "both"
SHOWN = {
    "accuracy": "accuracy",
    "r2": "R2",
    "log_loss": "log loss",
    "explained_variance": "explained",
    "pca_explained": "by PCA",
    "linear_probe": "linear",
    "neighbor_probe": "kNN",
    "asked_class": "asked",
    "variance_ratio": "variance",
    "sample_precision": "precision",
    "sample_recall": "recall",
    "sample_coverage": "coverage",
    "prior_distance": "prior",
    "kl": "KL",
    "told_apart": "told apart",
    "seconds": "seconds",
}


def main() -> None:
    """Fits and measures what is not stored yet, and prints a table."""

    arguments = parse()
    use_sets_beside()
    lines = []

    for data in arguments.only:
        for draw in range(arguments.draws):
            for model in [name for name in MODELS[data] if name in arguments.models or not arguments.models]:
                lines.append(found(arguments, data, model, draw))
                print(line(lines[-1]), flush=True)

    print(f"\n{table(lines)}")


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="The predictions, the generator and the latent of every model.")
    parser.add_argument("--only", type=names, default=list(DRAWS), metavar="DATA[,DATA]", help=", ".join(DRAWS))
    parser.add_argument("--models", type=names, default=[], metavar="MODEL[,MODEL]", help=f"auto, {', '.join(models)}")
    parser.add_argument("--draws", type=int, default=1, help="the number of draws of the labels")
    parser.add_argument("--redo", action="store_true", help="repeat fits that are stored")
    parser.add_argument("--tag", default="", help="the end of the results' names")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the fit")

    arguments = parser.parse_args()
    unknown = [name for name in arguments.only if name not in DRAWS]
    unknown += [name for name in arguments.models if name not in ("auto", *models)]

    if unknown:
        parser.error(
            f"{', '.join(unknown)} is neither a set ({', '.join(DRAWS)}) nor a model (auto, {', '.join(models)})"
        )

    return arguments


def names(text: str) -> list[str]:
    """Returns the names in a list with commas."""

    return [name.strip() for name in text.split(",")]


def found(arguments: argparse.Namespace, data: str, model: str, draw: int) -> dict[str, Any]:
    """Returns the stored result of a fit, which is made and stored first if it is not there."""

    path = path_of(arguments, data, model, draw)

    if path.exists() and not arguments.redo:
        facts = json.loads(path.read_text())

        if facts["settings"] != arguments.set:
            raise SystemExit(f"{path} holds a fit with other settings: use --tag, or --redo")

        return facts

    facts = {"data": data, "labels": DRAWS[data][0], "model": model, "settings": arguments.set, "draw": draw}
    facts |= run(data, model, draw, arguments.set)
    store(facts, path)

    return facts


def path_of(arguments: argparse.Namespace, data: str, model: str, draw: int) -> Path:
    """Returns the path of the result of a fit."""

    name = "_".join(filter(None, [data, str(DRAWS[data][0]), model, arguments.tag, str(draw)]))

    return FOLDER / f"{name}.json"


def run(data: str, model: str, draw: int, settings: list[str]) -> dict[str, Any]:
    """Fits a model and measures it."""

    rows = drawn(data, draw)
    estimator = of_model(model, rows, draw, settings)
    start = time.perf_counter()
    fit(estimator, rows, model)
    fitted_at = time.perf_counter()
    exam = prepared(data, draw, estimator)
    measured = scorecard(estimator, exam) | ({} if estimator.schema_.image else of_cells(estimator, exam))
    seconds = {"seconds": fitted_at - start, "seconds_measuring": time.perf_counter() - fitted_at}

    return {"resolved": estimator.model_name_, **{name: round(value, 1) for name, value in seconds.items()}, **measured}


def of_model(model: str, rows: Draw, draw: int, settings: list[str]) -> Any:
    """Returns the estimator for a model: without a target, if it learns from none."""

    form = "real" if rows.numeric else "category"
    alone = model != "auto" and form not in models[model].targets
    kind = VAEEmbedding if alone else VAERegressor if rows.numeric else VAEClassifier

    return kind(model=model, random_state=draw).set_params(**settings_of(settings, kind))


def fit(estimator: Any, rows: Draw, model: str) -> None:
    """Fits the training rows, or the labeled ones alone if the model learns from no others."""

    if isinstance(estimator, VAEEmbedding):
        estimator.fit(rows.train)
    elif model != "auto" and models[model].labels_only:
        estimator.fit(rows.train[rows.given], rows.seen[rows.given])
    else:
        estimator.fit(rows.train, rows.seen)


@cache
def drawn(data: str, draw: int) -> Draw:
    """Returns a draw, which is read once for all models."""

    return DRAWS[data][1](draw)


EXAMS: dict[tuple[str, int], Exam] = {}


def prepared(data: str, draw: int, fitted: Any) -> Exam:
    """Returns the rows to measure on, with the judge, which are prepared once for all models of a draw."""

    rows = drawn(data, draw)

    if (data, draw) not in EXAMS:
        parts = (rows.train, rows.y, rows.given, rows.test, rows.test_y)
        EXAMS[data, draw] = Exam(fitted.schema_, *parts, numeric=rows.numeric, seed=draw)

    return EXAMS[data, draw]


def line(facts: dict[str, Any]) -> str:
    """Returns a result in one line."""

    known = [f"{name} {shown(facts, key)}" for key, name in SHOWN.items() if shown(facts, key)]

    return f"{facts['data']}, {facts['labels']} labels, {facts['model']}, draw {facts['draw']}: {', '.join(known)}"


def table(lines: list[dict[str, Any]]) -> str:
    """Returns all results as a table."""

    head = ["data", "model", "draw", *SHOWN.values()]
    rows = [[one["data"], one["model"], str(one["draw"]), *(shown(one, key) for key in SHOWN)] for one in lines]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    )


def shown(facts: dict[str, Any], key: str) -> str:
    """Returns a measure in text; nothing if there is none."""

    value = facts.get(key)

    return "" if value is None or value != value else f"{value:.{0 if key == 'seconds' else 3}f}"


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
