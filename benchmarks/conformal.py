r"""How often sets and intervals hold the truth of new rows, and how large they are, beside a linear model's.

Usage: .venv/bin/python benchmarks/conformal.py
       .venv/bin/python benchmarks/conformal.py --tables vote mnist --labels 50 --draws 1
Cost: about 6 s a fit on an idle core, with small models and quick fits; 9 minutes for 2 draws.
Result: benchmarks/results/conformal.json with every run; runs that it holds are not made again.

Each draw shuffles a table, tests on some rows and draws labels among others in the shares of the classes. The logistic
or ridge regression reads the same features; its scores are those of the same kind of folds.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sets import path_of, use_sets_beside
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from semivae import TrainingOptions, VAEClassifier, VAERegressor
from semivae.data.batches.split import keep_labels, stratified_folds
from semivae.data.read import read
from semivae.trust.conformal import class_scores, intervals, prediction_sets, value_scores
from store import RESULTS, spread_of, store

CLASSES = (
    *("autos", "breast.cancer", "colic", "credit.g", "heart.c", "mushroom"),
    *("nursery", "soybean", "splice", "vote", "mnist"),
)
VALUES = ("abalone", "autompg", "cpu.act", "elevators")
COVERAGES = (0.8, 0.9, 0.95)

# Rows of a fit and of a test at most, test rows at least, rows of a class at least. Draws of images share some.
FIT, TEST, LEAST, OF_CLASS = 800, 1000, 60, 12
IMAGES, IMAGES_FIT = 10_000, 4_000

SMALL = {"hidden": (32,), "latents": 4, "training": TrainingOptions(effort="quick")}
PATH = RESULTS / "conformal.json"
LINE = "{:<14} {:>6} {:>8}  {:>16} {:>16} {:>10} {:>10}"


def main() -> None:
    """Makes the runs that are not stored, and shows the means."""

    arguments = parse()
    runs = {key(run): run for run in json.loads(PATH.read_text())["runs"]} if PATH.exists() else {}

    for draw in range(arguments.draws):
        for table in arguments.tables:
            for labels in arguments.labels:
                wanted = (table, labels, draw)

                if wanted not in runs and (found := run_of(*wanted)):
                    runs[wanted] = found
                    print(json.dumps(found), flush=True)
                    store({"settings": "small, quick", "runs": list(runs.values())}, PATH)

    show([run for run in runs.values() if run["table"] in arguments.tables])


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="Coverage and size of conformal sets and intervals.")
    parser.add_argument("--tables", nargs="+", choices=(*CLASSES, *VALUES), default=[*CLASSES, *VALUES])
    parser.add_argument("--labels", nargs="+", type=int, default=[50, 100, 200])
    parser.add_argument("--draws", type=int, default=2)

    return parser.parse_args()


def key(run: dict[str, Any]) -> tuple[str, int, int]:
    """Returns the table, the number of labels and the draw of a run."""

    return run["table"], run["labels"], run["draw"]


def run_of(table: str, labels: int, draw: int) -> dict[str, Any] | None:
    """Fits once and measures; None where a table has too few rows."""

    x, y = rows(table)
    order = np.random.default_rng(draw).permutation(len(y))
    test = order[: min(TEST, len(y) // 3)]
    train = order[len(test) :][: max(IMAGES_FIT if table == "mnist" else FIT, labels)]

    if len(train) < labels or len(test) < LEAST:
        return None

    codes = np.unique(y, return_inverse=True)[1] if table in CLASSES else np.zeros(len(y), int)

    if len(np.unique(codes[train])) < codes.max() + 1:
        return None

    known = keep_labels(codes[train], labels, draw)
    start = time.perf_counter()
    measure = sets if table in CLASSES else spans
    found = measure(take(x, train), y[train], known, take(x, test), y[test], draw)
    seconds = round(time.perf_counter() - start, 1)

    return {"table": table, "labels": labels, "draw": draw, "seconds": seconds, "tested": len(test), "at": found}


def take(x: Any, rows: NDArray[np.int_]) -> Any:
    """Returns some rows of a table or of an array."""

    return x.iloc[rows] if isinstance(x, pd.DataFrame) else x[rows]


def rows(table: str) -> tuple[Any, NDArray[Any]]:
    """Returns the rows of a table and their target, without rare classes; of MNIST, the first images."""

    if table == "mnist":
        use_sets_beside()
        source = read("mnist", "label", "train")

        return np.asarray(source.x[:IMAGES]), np.asarray(source.y[:IMAGES]).astype(str).astype(object)

    kind = "class" if table in CLASSES else "real"
    frame = pd.read_csv(path_of(f"tabular/small/{kind}", f"{table}.csv")).dropna(axis=1, how="all")
    target = frame.columns[-1]
    frame = frame[frame[target].notna()]

    if kind == "class":
        frame = frame[frame.groupby(target)[target].transform("size") >= OF_CLASS]

    y = frame.pop(target)

    return frame, y.astype(str).to_numpy(dtype=object) if kind == "class" else y.to_numpy(dtype=float)


def sets(x: Any, y: Any, known: Any, new: Any, truth: Any, draw: int) -> dict[str, dict[str, float]]:
    """Returns coverage and mean size of sets, ours and a logistic regression's, by the coverage asked for."""

    fitted: Any = VAEClassifier(random_state=draw, **SMALL).fit(x, np.where(known, y, None))
    codes, given = (np.searchsorted(fitted.classes_, part) for part in (truth, y[known]))
    features = fitted.features(x)[known]
    folds = stratified_folds(given, 5, draw) or []
    own = np.concatenate([linear().fit(features[a], given[a]).predict_proba(features[b]) for a, b in folds])
    held = given[np.concatenate([b for _, b in folds])]
    beliefs = linear().fit(features, given).predict_proba(fitted.features(new))
    found = {}

    for coverage in COVERAGES:
        ours = fitted.predict_set(new, coverage)
        theirs = prediction_sets(beliefs, class_scores(own, held), held, coverage)
        found[str(coverage)] = {
            **sized("", ours[np.arange(len(codes)), codes], ours.sum(axis=1)),
            **sized("linear_", theirs[np.arange(len(codes)), codes], theirs.sum(axis=1)),
        }

    return found


def spans(x: Any, y: Any, known: Any, new: Any, truth: Any, draw: int) -> dict[str, dict[str, float]]:
    """Returns coverage and mean width of intervals, in deviations of the target, ours and a ridge regression's."""

    fitted = VAERegressor(random_state=draw, **SMALL).fit(x, np.where(known, y, np.nan))
    features, given = fitted.features(x)[known], y[known]
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 3, 13)))
    own = cross_val_predict(ridge, features, given, cv=5)
    scores = value_scores(own, np.ones(len(own)), given)
    mean = ridge.fit(features, given).predict(fitted.features(new))
    found = {}

    for coverage in COVERAGES:
        ours = fitted.predict_interval(new, coverage).T
        theirs = intervals(mean, np.ones(len(mean)), scores, coverage).T
        found[str(coverage)] = {
            **sized("", (ours[0] <= truth) & (truth <= ours[1]), (ours[1] - ours[0]) / y.std()),
            **sized("linear_", (theirs[0] <= truth) & (truth <= theirs[1]), (theirs[1] - theirs[0]) / y.std()),
        }

    return found


def linear() -> Any:
    """Returns a logistic regression."""

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))


def sized(name: str, inside: NDArray[np.bool_], size: NDArray[Any]) -> dict[str, float]:
    """Returns the share of rows whose truth is inside, and the mean size."""

    return {f"{name}coverage": float(inside.mean()), f"{name}size": float(size.mean())}


def show(runs: list[dict[str, Any]]) -> None:
    """Prints means by the number of labels and by the coverage asked for, over tables and draws."""

    print(LINE.format("target", "labels", "asked", "ours inside", "linear inside", "our size", "its size"))

    for name, tables in (("a class", CLASSES), ("a number", VALUES)):
        for labels in sorted({run["labels"] for run in runs}):
            part = [run["at"] for run in runs if run["table"] in tables and run["labels"] == labels]

            for coverage in map(str, COVERAGES if part else ()):
                each = [run[coverage] for run in part]
                sizes = [f"{np.mean([run[f'{who}size'] for run in each]):.2f}" for who in ("", "linear_")]
                shares = [covered([run[f"{who}coverage"] for run in each]) for who in ("", "linear_")]
                print(LINE.format(name, labels, coverage, *shares, *sizes))


def covered(shares: list[float]) -> str:
    """Returns the mean of shares with its standard error in words."""

    mean, deviation = spread_of(shares).values()

    return f"{mean:.3f}" + ("" if deviation is None else f" ± {deviation / len(shares) ** 0.5:.3f}")


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
