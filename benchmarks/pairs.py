r"""Accuracy with 100 classes, for every way to sum out a missing label: pairs of handwritten digits, 00 to 99.

Usage: .venv/bin/python benchmarks/pairs.py [--ways exact topk] [--draws 1] [--set NAME=VALUE]
Cost: about 5 minutes a fit on 2 cores, 25 with the exact sum.
Result: benchmarks/results/pairs.json with every fit, means, standard deviations and the machine; fits that are there
already, of other ways, stay.

An image holds two digits of MNIST side by side, each at half its resolution, and its class is the number they make.
Of 20,000 pairs of training digits, ten a class are labeled; 5,000 pairs of test digits are read once per fitted model.
Which digits meet is drawn once for all.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sets import use_sets_beside

from semivae import ModelOptions, VAEClassifier
from semivae.data.sets.named import load
from semivae.estimators.options.grouped import grouped
from semivae.marginal import marginals
from store import RESULTS, spread, store

RESULT = RESULTS / "pairs.json"
ROWS = {"train": 20_000, "test": 5_000}
LABELS = 10  # of each class


def main() -> None:
    """Fits and tests, and stores the result."""

    parser = argparse.ArgumentParser(description="Accuracy with 100 classes.")
    parser.add_argument("--ways", nargs="+", choices=list(marginals), default=list(marginals))
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the fit")
    arguments = parser.parse_args()

    use_sets_beside()
    settings = {name: json.loads(value) for name, value in (setting.split("=") for setting in arguments.set)}
    known = json.loads(RESULT.read_text())["runs"] if RESULT.exists() else []
    runs = [run for run in known if run["way"] not in arguments.ways]

    for way in arguments.ways:
        for draw in range(arguments.draws):
            runs.append(run(way, draw, settings))
            keep(runs, settings)
            print(json.dumps(runs[-1]), flush=True)


def run(way: str, draw: int, settings: dict[str, Any]) -> dict[str, Any]:
    """Fits with one draw of labels, and tests."""

    x, y = pairs("train")
    start = time.perf_counter()
    estimator = VAEClassifier(ModelOptions("m2", marginalize=way), random_state=draw)
    fitted = estimator.set_params(**grouped(VAEClassifier, settings)).fit(x, few(y, draw))
    seconds = time.perf_counter() - start

    return {"way": way, "draw": draw, "accuracy": fitted.score(*pairs("test")), "seconds": round(seconds, 1)}


def pairs(part: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Returns pairs of digits as images with shape (N, 14, 28), and the numbers that they make, with shape (N,)."""

    source = load("mnist", split=part)
    images = source.x.reshape(-1, 14, 2, 14, 2).mean((2, 4)).round().astype(np.uint8)
    left, right = np.random.default_rng(0).integers(len(images), size=(2, ROWS[part]))

    return np.concatenate([images[left], images[right]], 2), 10 * source.y[left] + source.y[right]


def few(y: NDArray[np.int64], draw: int) -> NDArray[np.int64]:
    """Returns labels of which a few of each class are left, and -1 for the others."""

    random = np.random.default_rng(draw)
    kept = [random.choice(np.flatnonzero(y == label), LABELS, replace=False) for label in np.unique(y)]

    return np.where(np.isin(np.arange(len(y)), kept), y, -1)


def keep(runs: list[dict[str, Any]], settings: dict[str, Any]) -> None:
    """Writes all runs, and what they come to."""

    ways = {run["way"]: [other for other in runs if other["way"] == run["way"]] for run in runs}
    facts = {
        "settings": settings,
        "summary": [summary(way, found) for way, found in ways.items()],
        "runs": runs,
    }

    store(facts, RESULT)


def summary(way: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns mean and spread of the accuracy of a way."""

    return {
        "way": way,
        **spread("accuracy", found),
        "seconds_longest": max(run["seconds"] for run in found),
    }


if __name__ == "__main__":
    main()
