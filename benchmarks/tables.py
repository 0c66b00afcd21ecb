r"""Small public tables with few labels: accuracy, calibration and intervals beside the learners of scikit-learn.

Usage: .venv/bin/python benchmarks/tables.py few [--labels 50] [--draws 1] [--committee on off]
       .venv/bin/python benchmarks/tables.py shift [--draws 2]
       .venv/bin/python benchmarks/tables.py adult [--draws 1]
Cost: on one core about 20 s a fit of a small table and 60 s one of Adult: 7, 8 and 4 minutes.
Result: benchmarks/results/tables.json with every run; runs that it holds are not made again.

"few": each draw shuffles a table, tests on a quarter of it and draws labels among the other rows in the shares of the
classes. Calibration errors stand beside those of a perfect model with as many test rows: the same probabilities, with
outcomes drawn from them. "off" leaves the model without the simple learners that answer beside it.

"shift": rows of two classes, in shares of 9:1, 7:3 and 1:9, of which 50 are labeled: as many of each class, as people
often choose them, or at random. "adult": the same for Adult with its own shares, and 50 or 200 labels at random.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from conformal import CLASSES, VALUES, rows
from halves import adult
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from semivae import RecipeOptions, VAEClassifier, VAERegressor
from semivae.data.batches.split import keep_labels
from semivae.evaluation.classification import log_loss
from semivae.evaluation.reliability import calibration_error
from store import RESULTS, store

PATH = RESULTS / "tables.json"
FIT, TEST, MOST_OF_SHIFT = 12_000, 4000, 3000
SHIFTED = ("mushroom", "splice", "credit.g", "nursery")
SHARES = (0.9, 0.7, 0.1)
LEAST = 1e-3  # the smallest probability that a log loss counts
LINEAR = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
RIDGE = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 3, 13)))
OF_CLASSES = {
    "logistic": lambda: LINEAR,
    "forest": lambda: RandomForestClassifier(300, random_state=0),
    "boosting": lambda: HistGradientBoostingClassifier(random_state=0),
}
OF_NUMBERS = {"ridge": lambda: RIDGE, "forest": lambda: RandomForestRegressor(300, random_state=0)}

Run = dict[str, Any]


def main() -> None:
    """Makes the runs that are not stored, and shows the means."""

    arguments = parse()
    runs = json.loads(PATH.read_text())["runs"] if PATH.exists() else []

    for wanted, measure in PARTS[arguments.part](arguments):
        if not any(wanted.items() <= run.items() for run in runs):
            start = time.perf_counter()
            found = measure()

            if found is None:
                continue

            runs.append(wanted | found | {"seconds": round(time.perf_counter() - start, 1)})
            print(json.dumps(runs[-1]), flush=True)
            store({"runs": runs}, PATH)

    show([run for run in runs if run["part"] == arguments.part])


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="Few labels on small public tables.")
    parser.add_argument("part", choices=list(PARTS))
    parser.add_argument("--labels", nargs="+", type=int, default=[50])
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--tables", nargs="+", choices=(*CLASSES, *VALUES), default=[*CLASSES, *VALUES])
    parser.add_argument("--committee", nargs="+", choices=("on", "off"), default=["on", "off"])

    return parser.parse_args()


def few(arguments: argparse.Namespace) -> Iterator[tuple[Run, Callable[[], Run | None]]]:
    """Yields each run on a small table, as its name and a call that makes it."""

    for table in arguments.tables:
        for labels in arguments.labels:
            for draw in range(arguments.draws):
                for committee in arguments.committee:
                    run = {"part": "few", "table": table, "labels": labels, "draw": draw, "committee": committee}
                    yield run, lambda run=run: small(**run)


def small(table: str, labels: int, draw: int, committee: str, **_: Any) -> Run | None:
    """Fits once; None where a table has too few rows."""

    x, y = rows(table)
    order = np.random.default_rng(draw).permutation(len(y))
    test, train = np.split(order, [min(TEST, len(y) // 4)])
    train = train[:FIT]

    if len(train) < 3 * labels:
        return None

    codes = np.unique(y[train], return_inverse=True)[1] if table in CLASSES else np.zeros(len(train), int)

    return fitted(x, y, train, test, keep_labels(codes, labels, draw), draw, committee == "on")


def fitted(x: Any, y: Any, train: Any, test: Any, known: Any, draw: int, committee: bool = True) -> Run:
    """Fits to some rows of a table and measures on others."""

    x = x.reset_index(drop=True)
    new, truth, given = x.iloc[test], y[test], y[train]
    recipe = RecipeOptions() if committee else RecipeOptions(committee=False)

    if y.dtype.kind == "f":
        model = VAERegressor(recipe=recipe, random_state=draw)
        model.fit(x.iloc[train], np.where(known, given, np.nan))
        low, high = model.predict_interval(new, 0.9).T
        found = {
            "semivae": {"r2": r2_score(truth, model.predict(new))},
            "interval": float(np.mean((low <= truth) & (truth <= high))),
        }
    else:
        model = VAEClassifier(recipe=recipe, random_state=draw).fit(x.iloc[train], np.where(known, given, None))
        found = {"semivae": judged(model.predict_proba(new), model.classes_, truth)}

    return found | rivals(model, x.iloc[train][known], given[known], new, truth)


def rivals(model: Any, x: Any, y: Any, new: Any, truth: Any) -> Run:
    """Returns the measures of learners that see the labels alone, on the features that the model reads."""

    a, b = model.features(x), model.features(new)

    if y.dtype.kind == "f":
        return {name: {"r2": r2_score(truth, make().fit(a, y).predict(b))} for name, make in OF_NUMBERS.items()}

    found = {name: make().fit(a, y.astype(str)) for name, make in OF_CLASSES.items()}

    return {name: judged(learner.predict_proba(b), learner.classes_, truth) for name, learner in found.items()}


def judged(probabilities: NDArray[Any], classes: Any, truth: Any) -> dict[str, float]:
    """Returns accuracy, log loss, and the calibration error beside that of a perfect model."""

    full = sorted({*map(str, classes), *map(str, truth)})
    codes = np.searchsorted(full, truth.astype(str))
    all_ = np.full((len(codes), len(full)), LEAST)
    all_[:, np.searchsorted(full, np.asarray(classes, dtype=str))] = np.maximum(probabilities, LEAST)
    all_ /= all_.sum(axis=1, keepdims=True)
    right, confidence = all_.argmax(axis=1) == codes, all_.max(axis=1)
    random = np.random.default_rng(0)
    perfect = [calibration_error(random.random(len(confidence)) < confidence, confidence) for _ in range(50)]

    return {
        "accuracy": float(right.mean()),
        "log_loss": float(log_loss(codes, all_)),
        "ece": float(calibration_error(right, confidence)),
        "ece_perfect": float(np.mean(perfect)),
    }


def shift(arguments: argparse.Namespace) -> Iterator[tuple[Run, Callable[[], Run | None]]]:
    """Yields each run on rows with other shares of two classes."""

    for table in SHIFTED:
        for share in SHARES:
            for draw in range(arguments.draws):
                for chosen in ("even", "random"):
                    run = {"part": "shift", "table": table, "share": share, "draw": draw, "chosen": chosen}
                    yield run, lambda run=run: shifted(**run)


def shifted(table: str, share: float, draw: int, chosen: str, **_: Any) -> Run:
    """Fits to labels chosen one way, among rows of the two most frequent classes in given shares."""

    x, y = rows(table)
    first, second = pd.Series(y).value_counts().index[:2]
    a, b = (np.flatnonzero(y == label) for label in sorted((first, second)))
    total = min(MOST_OF_SHIFT, int(len(a) / share), int(len(b) / (1 - share)))
    random = np.random.default_rng(draw)
    kept = np.concatenate(
        [random.permutation(a)[: round(total * share)], random.permutation(b)[: round(total * (1 - share))]]
    )
    test, train = np.split(random.permutation(kept), [len(kept) // 4])

    return fitted(x, y, train, test, known_of(y[train], 50, chosen, draw), draw)


def known_of(y: NDArray[Any], labels: int, chosen: str, draw: int) -> NDArray[np.bool_]:
    """Marks labels: as many of each class ("even"), or at random."""

    random = np.random.default_rng(draw)
    known = np.zeros(len(y), dtype=bool)

    if chosen == "random":
        classes = [random.choice(np.flatnonzero(y == label)) for label in np.unique(y)]
        rest = random.permutation(np.setdiff1d(np.arange(len(y)), classes))
        known[[*classes, *rest[: labels - len(classes)]]] = True
    else:
        for label in np.unique(y):
            known[random.permutation(np.flatnonzero(y == label))[: labels // 2]] = True

    return known


def grown(arguments: argparse.Namespace) -> Iterator[tuple[Run, Callable[[], Run | None]]]:
    """Yields each run on Adult."""

    for draw in range(arguments.draws):
        for labels, chosen in ((50, "random"), (200, "random"), (200, "even")):
            run = {"part": "adult", "table": "adult", "labels": labels, "draw": draw, "chosen": chosen}
            yield run, lambda run=run: of_adult(**run)


def of_adult(labels: int, draw: int, chosen: str, **_: Any) -> Run:
    """Fits to all training rows of Adult, and measures on its test rows."""

    drawn = adult(labels, draw)
    x, y = pd.concat([drawn.train, drawn.test]), np.concatenate([drawn.y, drawn.test_y])
    train, test = np.split(np.arange(len(y)), [len(drawn.y)])

    return fitted(x, y, train, test, known_of(drawn.y, labels, chosen, draw), draw)


def show(runs: list[Run]) -> None:
    """Prints means over runs of one kind."""

    kinds = [
        [run.get(name) for name in ("committee", "labels", "share", "chosen")] + ["r2" in run["semivae"]]
        for run in runs
    ]

    for kind in sorted({tuple(map(str, kind)) for kind in kinds}):
        part = [run for run, own in zip(runs, kinds, strict=True) if tuple(map(str, own)) == kind]
        print(f"\n{' '.join(name for name in kind[:-1] if name != 'None')}: {len(part)} runs")

        for learner in [name for name in part[0] if isinstance(part[0][name], dict)]:
            means = {name: np.mean([run[learner][name] for run in part]) for name in part[0][learner]}
            print(f"  {learner:<10}", "  ".join(f"{name} {mean:.3f}" for name, mean in means.items()))

        if "interval" in part[0]:
            print(f"  90 % intervals hold {np.mean([run['interval'] for run in part]):.3f}")


PARTS = {"few": few, "shift": shift, "adult": grown}


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
