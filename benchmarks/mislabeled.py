r"""How well wrong labels are found: a tenth of 500 labels of digits is changed, beside cleanlab if it is installed.

Usage: .venv/bin/python benchmarks/mislabeled.py
       .venv/bin/python benchmarks/mislabeled.py --draws 1 --labels 100
Cost: about 20 s a draw on a core, with small models and quick fits.
Result: benchmarks/results/mislabeled.json with every draw; draws that it holds are not made again.

Average precision of the ranking of all labels: 0.1 by chance, 1 if all wrong labels come first. cleanlab ranks by the
same probabilities, and by those of a logistic regression in a cross-validation.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import cross_val_predict

from semivae import TrainingOptions, VAEClassifier
from semivae.data.batches.split import keep_labels
from semivae.estimators.readout import calibrated
from store import RESULTS, spread_of, store

WRONG = 0.1
SMALL = {"hidden": (64,), "latents": 8, "training": TrainingOptions(effort="quick")}
PATH = RESULTS / "mislabeled.json"


def main() -> None:
    """Makes the draws that are not stored, and shows the means."""

    parser = argparse.ArgumentParser(description="Average precision of the ranking of labels.")
    parser.add_argument("--labels", type=int, default=500)
    parser.add_argument("--draws", type=int, default=5)
    arguments = parser.parse_args()
    stored = json.loads(PATH.read_text())["runs"] if PATH.exists() else []
    runs = {(run["labels"], run["seed"]): run for run in stored}

    for seed in range(arguments.draws):
        if (arguments.labels, seed) not in runs:
            found = runs[arguments.labels, seed] = run(arguments.labels, seed)
            print(json.dumps(found), flush=True)
            store({"wrong": WRONG, "settings": "small, quick", "runs": list(runs.values())}, PATH)

    made = [found for (labels, _), found in runs.items() if labels == arguments.labels]

    for name in (name for name in made[0] if name.startswith(("ours", "cleanlab", "logistic"))):
        known = [found[name] for found in made if found[name] is not None]
        spread = spread_of(known) if known else None
        print(f"{name:<34} {spread['mean']:.3f}" if spread else f"{name:<34} cleanlab is not installed")


def run(labels: int, seed: int) -> dict[str, Any]:
    """Changes some labels, fits, and returns the average precision of each ranking."""

    random = np.random.default_rng(seed)
    x, truth = load_digits(return_X_y=True)
    known = keep_labels(truth, labels, seed)
    y = np.where(known, truth, -1)
    wrong = random.permutation(np.flatnonzero(known))[: round(WRONG * labels)]
    y[wrong] = (truth[wrong] + random.integers(1, 10, len(wrong))) % 10

    start = time.perf_counter()
    fitted = VAEClassifier(random_state=seed, **SMALL).fit(x, y)
    seconds = round(time.perf_counter() - start, 1)
    found = fitted.mislabeled(x, y)
    held: Any = fitted.held_out_
    beliefs = calibrated(fitted, held)
    linear = cross_val_predict(LogisticRegression(max_iter=2000), x[held.rows] / 16, held.truth, method="predict_proba")
    changed = np.isin(held.rows, wrong)

    return {
        "labels": labels,
        "seed": seed,
        "seconds": seconds,
        "ours": precision(np.isin(found["row"], wrong), found["probability"].to_numpy()),
        "logistic regression": precision(changed, linear[np.arange(len(linear)), held.truth]),
        "cleanlab, our probabilities": oracle(changed, held.truth, beliefs, "self_confidence"),
        "cleanlab, margins of ours": oracle(changed, held.truth, beliefs, "normalized_margin"),
        "cleanlab, logistic regression": oracle(changed, held.truth, linear, "self_confidence"),
    }


def precision(wrong: NDArray[np.bool_], quality: NDArray[np.float64]) -> float:
    """Returns the average precision of labels that are ranked by their quality, the lowest first."""

    return float(average_precision_score(wrong, -quality))


def oracle(wrong: Any, y: Any, beliefs: Any, method: str) -> float | None:
    """Returns the average precision of cleanlab; None where it is not installed."""

    try:
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        return None

    return precision(wrong, get_label_quality_scores(y, beliefs, method=method))


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
