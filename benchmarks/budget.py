r"""Whether the forecast for twice the labels holds the accuracy that twice the labels bring.

Usage: .venv/bin/python benchmarks/budget.py [--only digits soybean splice] [--draws 10] [--labels 60] [--out FILE]
Cost: about an hour on one core for all three sets: a draw takes two quick fits and 17 fits of the last stage.
Expected: the 90 % band holds the measured error in at least 8 of 10 draws of each set.
Result: FILE (JSON: every draw with its forecast and the measured errors, the share inside, the machine).

A draw keeps labels at random, fits the default model with `effort="quick"`, forecasts its error with twice the labels,
and then fits to twice the labels, the first ones included. Test rows measure that fit and nothing else. A benchmark
that is stopped continues where it was.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sets import use_sets_beside
from suggest import IMAGES, TABLES, rows_of

from semivae import TrainingOptions, VAEClassifier
from semivae.estimators.rows.target import encoded
from semivae.workflows.budget import budget_of
from store import RESULTS, store

SETS = ("digits", "soybean", "splice")


def main() -> None:
    """Runs the draws that are not stored yet, and stores and prints the share inside."""

    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description="The forecast for twice the labels, against a fit to them.")
    parser.add_argument("--only", nargs="+", choices=IMAGES + TABLES, default=SETS, help="sets")
    parser.add_argument("--draws", type=int, default=10, help="the number of draws of the labels")
    parser.add_argument("--labels", type=int, default=60, help="the labels to forecast from")
    parser.add_argument("--out", type=Path, default=RESULTS / "budget.json", metavar="FILE")
    arguments = parser.parse_args()

    use_sets_beside()
    runs = json.loads(arguments.out.read_text())["runs"] if arguments.out.exists() else []
    done = {(run["data"], run["labels"], run["seed"]) for run in runs}

    for name in arguments.only:
        for seed in range(arguments.draws):
            if (name, arguments.labels, seed) not in done:
                runs.append(run(name, arguments.labels, seed))
                store({"inside": inside(runs), "runs": runs}, arguments.out)
                print(json.dumps(runs[-1]), flush=True)

    print(json.dumps(inside(runs), indent=2))


def run(name: str, labels: int, seed: int) -> dict[str, Any]:
    """Returns the forecast of one draw of labels, and the measured errors."""

    x, y, test, test_y = rows_of(name, seed)
    order = np.random.default_rng(seed).permutation(len(y))
    start = time.perf_counter()
    errors, found = [], None

    for count in (labels, 2 * labels):
        given = np.where(np.isin(np.arange(len(y)), order[:count]), y, None)
        model: Any = VAEClassifier(training=TrainingOptions(effort="quick"), random_state=seed).fit(x, given)
        errors.append(float((model.predict(test) != test_y).mean()))
        found = found or budget_of(model, x, encoded(model, given), seed)

    assert found is not None
    ahead = found.at(2 * labels)

    return {
        "data": name,
        "labels": labels,
        "seed": seed,
        "error": round(errors[0], 4),
        "forecast": [round(value, 4) for value in (ahead.low, ahead.error, ahead.high)],
        "error_with_twice_the_labels": round(errors[1], 4),
        "inside": bool(ahead.low <= errors[1] <= ahead.high),
        "seconds": round(time.perf_counter() - start, 1),
    }


def inside(runs: list[dict[str, Any]]) -> dict[str, str]:
    """Returns how many draws of each set lie inside the band."""

    names = dict.fromkeys(run["data"] for run in runs)
    held = {name: [run["inside"] for run in runs if run["data"] == name] for name in names}

    return {name: f"{sum(part)} of {len(part)}" for name, part in held.items()}


if __name__ == "__main__":
    main()
