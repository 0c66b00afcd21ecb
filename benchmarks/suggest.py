r"""How many labels suggested rows save, against rows drawn at random.

Usage: .venv/bin/python benchmarks/suggest.py [--only digits splice] [--seeds 3] [--out FILE]
Cost: about 40 minutes on one core for all five sets; 6 to 9 a set.
Result: FILE (JSON: the accuracy of every round, the labels that each way needs, the machine).

Ten rounds of ten labels. In each round the default model is fitted with `effort="quick"` to the training rows with the
labels so far, and measured on test rows, which nothing else sees. One way draws the next rows at random; the other asks
`suggest`, whose first rows come from an embedding without labels. A run that is stopped continues where it was: each
finished run of a set, a way and a seed is stored at once.

The labels that a way needs for an accuracy are read off its mean curve over the seeds, between rounds on a line, and
never falling. The ratio is the mean over the accuracies that random rows reach from the third round on.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sets import path_of, use_sets_beside
from sklearn.utils import _safe_indexing

from semivae import ModelOptions, TrainingOptions, VAEClassifier, VAEEmbedding
from semivae.data.sets.named import load
from store import RESULTS, store

ROUNDS, LABELS = 10, 10
FIRST = 2  # the first round whose accuracy counts
# Suggested labels tell nothing of how frequent classes are.
PRIORS = {"random": "labels", "suggest": "uniform"}
WAYS = tuple(PRIORS)
IMAGES, TABLES = ("digits", "mnist"), ("soybean", "splice", "mushroom")
MOST_TRAIN, MOST_TEST = 2000, 1000

# Epochs of the features where "quick" would take most of the time.
EPOCHS = {"mnist": 10}

Rows = tuple[Any, NDArray[Any], Any, NDArray[Any]]


def main() -> None:
    """Runs what is not stored yet, and stores and prints the summary."""

    parser = argparse.ArgumentParser(description="Labels that suggested rows save.")
    warnings.simplefilter("ignore")
    parser.add_argument("--only", nargs="+", choices=IMAGES + TABLES, default=IMAGES + TABLES, help="sets")
    parser.add_argument("--seeds", type=int, default=3, help="the number of seeds")
    parser.add_argument("--out", type=Path, default=RESULTS / "suggest.json", metavar="FILE")
    arguments = parser.parse_args()

    use_sets_beside()
    runs = json.loads(arguments.out.read_text())["runs"] if arguments.out.exists() else []
    done = {(run["data"], run["way"], run["seed"]) for run in runs}

    for name in arguments.only:
        for seed in range(arguments.seeds):
            for way in WAYS:
                if (name, way, seed) not in done:
                    runs.append(run(name, way, seed))
                    store({"sets": summary(runs), "runs": runs}, arguments.out)
                    print(json.dumps(runs[-1]), flush=True)

    print(json.dumps(summary(runs), indent=2))


def run(name: str, way: str, seed: int) -> dict[str, Any]:
    """Returns the accuracy after each round of labels."""

    x, y, test, test_y = rows_of(name, seed)
    random = np.random.default_rng(seed)
    known = np.zeros(len(y), bool)
    model: Any = None
    accuracies, start = [], time.perf_counter()

    for _ in range(ROUNDS):
        given = np.where(known, y, None)

        if way == "random":
            new = random.permutation(np.flatnonzero(~known))[:LABELS]
        else:
            model = model or fitted(VAEEmbedding, name, seed, x)
            new = model.suggest(x, given, LABELS)["row"].to_numpy()

        known[new] = True
        model = fitted(VAEClassifier, name, seed, x, np.where(known, y, None), prior=PRIORS[way])
        accuracies.append(float((model.predict(test) == test_y).mean()))

    return {
        "data": name,
        "way": way,
        "seed": seed,
        "accuracies": [round(accuracy, 4) for accuracy in accuracies],
        "seconds": round(time.perf_counter() - start, 1),
    }


def fitted(kind: Any, name: str, seed: int, *rows: Any, prior: str = "labels") -> Any:
    """Returns a quick fit."""

    epochs = EPOCHS.get(name, "auto") if kind is VAEClassifier else "auto"
    training = TrainingOptions(effort="quick", features_epochs=epochs)

    return kind(ModelOptions(label_prior=prior), training=training, random_state=seed).fit(*rows)


def rows_of(name: str, seed: int) -> Rows:
    """Returns training rows and test rows with their labels; a table without parts is divided by the seed."""

    random = np.random.default_rng(1000 + seed)

    if name in IMAGES:
        parts = (load(name, split=part) for part in ("train", "test"))
        (x, y), (test, test_y) = ((np.asarray(part.x), np.asarray(part.y)) for part in parts)
        train, held = random.permutation(len(y))[:MOST_TRAIN], random.permutation(len(test_y))[:MOST_TEST]

        return x[train], y[train], test[held], test_y[held]

    frame = pd.read_csv(path_of("tabular/small/class", f"{name}.csv"))
    x, y = frame.iloc[:, :-1], frame.iloc[:, -1].astype(str).to_numpy(dtype=object)
    order = random.permutation(len(y))
    held, train = np.split(order[: MOST_TRAIN + MOST_TEST], [min(MOST_TEST, len(y) // 3)])

    return _safe_indexing(x, train), y[train], _safe_indexing(x, held), y[held]


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns, for each set, the mean curves of both ways and the labels that they need."""

    found = {}

    for name in dict.fromkeys(run["data"] for run in runs):
        curves = {way: [run["accuracies"] for run in runs if run["data"] == name and run["way"] == way] for way in WAYS}

        if not all(curves.values()):
            continue

        random, suggest = (np.maximum.accumulate(np.mean(curves[way], axis=0)) for way in WAYS)
        labels = LABELS * np.arange(1, ROUNDS + 1)
        needed = [labels_for(accuracy, suggest, labels) for accuracy in random[FIRST:]]
        found[name] = {
            "accuracy": {way: np.mean(curves[way], axis=0).round(4).tolist() for way in WAYS},
            "mean_gain": round(float(np.mean(curves["suggest"]) - np.mean(curves["random"])), 4),
            "labels_for_the_last_accuracy_of_random": round(needed[-1], 1),
            "labels_ratio": round(float(np.mean(needed / labels[FIRST:])), 3),
        }

    return found


def labels_for(accuracy: float, curve: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Returns the labels that a rising curve needs for an accuracy; one and a half times the last if it never does."""

    if accuracy > curve[-1]:
        return 1.5 * float(labels[-1])

    place = int(np.argmax(curve >= accuracy))

    if not place:
        return float(labels[0])

    share = (accuracy - curve[place - 1]) / (curve[place] - curve[place - 1])

    return float(labels[place - 1] + share * (labels[place] - labels[place - 1]))


if __name__ == "__main__":
    main()
