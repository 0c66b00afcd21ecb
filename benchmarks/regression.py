r"""How well a number is predicted from few labels, and what its intervals hold, beside what is usual.

Usage: .venv/bin/python benchmarks/regression.py
       .venv/bin/python benchmarks/regression.py --data wine --labels 200 --models m2 --draws 1 --set dropout=0.2
Cost: about 40 minutes on a core for all of it, estimated from fits of 15 s (wine) and 50 s (California).
Result: benchmarks/results/<data>_<labels>_<model>[_<tag>].json with every draw, the mean, the spread and the machine.

Each draw holds out a fifth of the rows and draws its own labels among the others; all other values are hidden. The rows
held out are read once per fitted model. The rivals see the same labels and the same plain features.

The defaults of `dropout` and `alpha` were chosen on hidden values of other draws of these sets (seeds from 100 on),
whose rows overlap with those that are held out here. Seconds are of the clock: they need a machine of their own.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
from sets import path_of
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import RidgeCV

from semivae import VAERegressor
from semivae.data.read import read
from semivae.evaluation import regression
from semivae.workflows.inputs.settings import settings_of
from store import RESULTS, of_runs, spread, store

# The folder among the data sets, the file in it, and its target.
SETS = {
    "california": ("tabular/california_housing", "housing.csv", "median_house_value"),
    "wine": ("tabular/wine_quality", "winequality-white.csv", "quality"),
}

RIVALS = {
    "ridge": RidgeCV(np.logspace(-3, 3, 13)),
    "forest": RandomForestRegressor(300, random_state=0),
    "boosting": GradientBoostingRegressor(random_state=0),
}

NOMINAL = 0.9
LINE = "{:<10} {:>6}  {:<10} {:>15} {:>19} {:>12}"


def main() -> None:
    """Runs every draw of every number of labels, and stores and prints the results."""

    arguments = parse()
    print(LINE.format("data", "labels", "method", "R2", f"{NOMINAL:.0%} intervals hold", "longest fit"))

    for data in arguments.data:
        for labels in arguments.labels:
            draws = [run(arguments, data, labels, draw) for draw in range(arguments.draws)]

            for model in arguments.models:
                keep(arguments, data, labels, model, draws)

            for method in (*arguments.models, *RIVALS):
                print(line(data, labels, method, [draw[method] for draw in draws]), flush=True)


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="R2 and coverage with few labels, over several draws of them.")
    parser.add_argument("--data", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--labels", nargs="+", type=int, default=[50, 200, 1000])
    parser.add_argument("--models", nargs="+", default=["m2", "predictor"])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--tag", default="", help="what the results' names end in")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the fit")

    return parser.parse_args()


def run(arguments: argparse.Namespace, data: str, labels: int, draw: int) -> dict[str, dict[str, float]]:
    """Returns how good each method is on the rows that a draw holds out."""

    x, y = rows(data)
    order = np.random.default_rng(draw).permutation(len(y))
    test, train = np.split(order, [len(y) // 5])
    seen = np.where(np.arange(len(train)) < labels, y[train], np.nan)
    settings = settings_of(arguments.set, VAERegressor)
    fitted: Any = None
    found = {}

    for model in arguments.models:
        start = time.perf_counter()
        fitted = VAERegressor(model=model, random_state=draw).set_params(**settings).fit(x.iloc[train], seen)
        seconds = round(time.perf_counter() - start, 1)
        new = x.iloc[test]
        measured = regression(y[test], fitted.predict(new), *fitted.predict_interval(new, NOMINAL).T)
        found[model] = {"seed": draw, "seconds": seconds, **measured}

    known, new = (fitted.features(x.iloc[part]) for part in (train[:labels], test))

    for name, rival in RIVALS.items():
        found[name] = {"r2": float(rival.fit(known, y[train[:labels]]).score(new, y[test]))}

    return found


def rows(data: str) -> tuple[Any, np.ndarray]:
    """Returns the rows of a set and their target."""

    folder, file, target = SETS[data]
    source = read(path_of(folder, file), target)

    return source.x, np.asarray(source.y, dtype=float)


def keep(arguments: argparse.Namespace, data: str, labels: int, model: str, draws: list[dict[str, Any]]) -> None:
    """Stores what was found of a model, and of the rivals beside it."""

    runs = [draw[model] for draw in draws]

    facts = {
        "data": data,
        "labels": labels,
        "model": model,
        "settings": arguments.set,
        "nominal_coverage": NOMINAL,
        "rivals": {name: spread("r2", [draw[name] for draw in draws]) for name in RIVALS},
        **of_runs(runs, "r2", "coverage"),
    }

    name = "_".join(filter(None, [data, str(labels), model, arguments.tag]))
    store(facts, RESULTS / f"{name}.json")


def line(data: str, labels: int, method: str, runs: list[dict[str, float]]) -> str:
    """Returns the line of a method in the table."""

    r2, coverage = (shown(runs, name) for name in ("r2", "coverage"))
    seconds = f"{max(one['seconds'] for one in runs):.0f} s" if "seconds" in runs[0] else ""

    return LINE.format(data, labels, method, r2, coverage, seconds).rstrip()


def shown(runs: list[dict[str, float]], name: str) -> str:
    """Returns mean and deviation of a measure in words; nothing if it was not measured."""

    known = [] if name not in runs[0] else [value for value in spread(name, runs).values() if value is not None]

    return " ± ".join(f"{value:.3f}" for value in known)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
