r"""Whether a kind of rows that is rare in training is predicted better by `debias` than by `predictor`.

Usage: .venv/bin/python benchmarks/debias.py [--data brief digits wine] [--draws 5]
Cost: about 5 minutes on 2 cores.
Result: benchmarks/results/debias.json with every draw, means, standard deviations and the machine.

Digits: all images of scikit-learn but 400 are trained on with their labels, 3% of them inverted, black for white. The
rare kind are the 400 others, inverted. "Brief" is the same with 12 epochs.
Wine (UCI, in the folder tabular/wine_quality of the data sets): 150 red and 2,000 white ones, 30% of them with the
label, a quality of at least 6. The rare kind are 400 other red ones, the frequent kind 1,000 white ones.

Neither model is told which rows are rare. Both are fitted on the same draw of rows, without the penalty that keeps
predictions consistent, and as they are otherwise. The rows tested are the same in every draw, and nothing was chosen by
them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sets import path_of
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from semivae import VAEClassifier
from store import RESULTS, spread_of, store

MODELS = ("predictor", "debias")
SETTINGS: dict[str, dict[str, Any]] = {
    "brief": {"recipe__adversarial": 0.0, "epochs": 12},
    "digits": {"recipe__adversarial": 0.0},
    "wine": {"recipe__adversarial": 0.0},
}
KINDS = ("rare", "frequent")


class Draw(NamedTuple):
    """The rows and labels of a fit, -1 where there is none, and those that each kind is tested on."""

    x: Any
    y: Any
    rare: tuple[Any, Any]
    frequent: tuple[Any, Any]


def main() -> None:
    """Runs the draws of each data set, and stores the result."""

    parser = argparse.ArgumentParser(description="Accuracy on a rare kind of rows.")
    parser.add_argument("--data", nargs="+", choices=list(DATA), default=list(DATA))
    parser.add_argument("--draws", type=int, default=5)
    arguments = parser.parse_args()

    runs = [run(name, seed, model) for name in arguments.data for seed in range(arguments.draws) for model in MODELS]

    facts = {
        "settings": SETTINGS,
        "summary": [summary(runs, name, model) for name in arguments.data for model in MODELS],
        "gain": [gain(runs, name) for name in arguments.data],
        "runs": runs,
    }

    store(facts, RESULTS / "debias.json")
    print(table(facts))


def run(name: str, seed: int, model: str) -> dict[str, Any]:
    """Fits a model to a draw of rows, and tests it on both kinds."""

    draw = DATA[name](seed)
    start = time.perf_counter()
    fitted = VAEClassifier(model=model, random_state=seed).set_params(**SETTINGS[name]).fit(draw.x, draw.y)
    seconds = time.perf_counter() - start
    scores = {kind: float(fitted.score(*getattr(draw, kind))) for kind in KINDS}
    found = {"data": name, "draw": seed, "model": model, **scores, "seconds": round(seconds, 1)}
    print(json.dumps(found), flush=True)

    return found


def digits(seed: int) -> Draw:
    """Returns handwritten digits, 3% of them inverted."""

    images, labels = load_digits(return_X_y=True)
    images = (images.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    train, test = train_test_split(np.arange(len(labels)), test_size=400, stratify=labels, random_state=0)
    rare = np.random.default_rng(seed).random(len(train)) < 0.03
    x = np.where(rare[:, None, None], 255 - images[train], images[train])

    return Draw(x, labels[train], (255 - images[test], labels[test]), (images[test], labels[test]))


def wine(seed: int) -> Draw:
    """Returns wines, few of them red, and for 30% of them whether they are good."""

    order = np.random.default_rng(0)
    red, white = (rows[order.permutation(len(rows))] for rows in map(wines, ("red", "white")))
    random = np.random.default_rng(seed)
    train = np.concatenate([random.permutation(red[400:])[:150], random.permutation(white[1000:])[:2000]])
    train = random.permutation(train)
    x, y = good(train)

    return Draw(x, np.where(random.random(len(y)) < 0.3, y, -1), good(red[:400]), good(white[:1000]))


def wines(color: str) -> Any:
    """Returns the wines of a color, without copies, which many have."""

    path = path_of("tabular/wine_quality", f"winequality-{color}.csv")

    return np.unique(pd.read_csv(path, sep=";").to_numpy(float), axis=0)


def good(rows: Any) -> tuple[Any, Any]:
    """Returns what is measured of wines, and whether their quality is at least 6."""

    return rows[:, :-1], (rows[:, -1] >= 6).astype(int)


def summary(runs: list[dict[str, Any]], name: str, model: str) -> dict[str, Any]:
    """Returns mean and standard deviation of both accuracies over the draws."""

    mine = [one for one in runs if (one["data"], one["model"]) == (name, model)]
    spread = {kind: spread_of([one[kind] for one in mine]) for kind in KINDS}

    return {"data": name, "model": model, "draws": len(mine), **spread}


def gain(runs: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Returns by how much `debias` is better, draw by draw."""

    plain, other = ([one for one in runs if (one["data"], one["model"]) == (name, model)] for model in MODELS)
    pairs = list(zip(plain, other, strict=True))

    return {
        "data": name,
        **{kind: spread_of([after[kind] - before[kind] for before, after in pairs]) for kind in KINDS},
    }


def table(facts: dict[str, Any]) -> str:
    """Returns the accuracies, and what `debias` gains, in lines."""

    rows = facts["summary"] + [{**one, "model": "gain"} for one in facts["gain"]]
    lines = [f"{'data':8}{'model':12}{'rare':>18}{'frequent':>18}"]
    lines += [f"{one['data']:8}{one['model']:12}{cell(one['rare'])}{cell(one['frequent'])}" for one in rows]

    return "\n".join(lines)


def cell(spread: dict[str, float | None]) -> str:
    """Returns a mean with its deviation."""

    deviation = "" if spread["deviation"] is None else f" ± {spread['deviation']:.3f}"

    return f"{spread['mean']:.3f}{deviation}".rjust(18)


DATA: dict[str, Callable[[int], Draw]] = {"brief": digits, "digits": digits, "wine": wine}


if __name__ == "__main__":
    main()
