r"""What the latents of the baselines hold: few labels, and a logistic regression on posterior means.

Usage: .venv/bin/python benchmarks/latents.py [--seeds 5]
Cost: two to three minutes on 2 cores.
Result: benchmarks/results/digits_50_<model>.json with every seed, the mean, the spread and the machine.

`pca`, `ae` and `vae` are fitted with 10 latents, on the training rows of digits and no label. The labels of a
seed are those of `labels.py`. The test rows are read once per fitted model: for the accuracy, and for the share of the
variance of the pixels that is there again after a row went through the latent.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from semivae import PCA, VAEEmbedding
from semivae.data.batches.split import keep_labels_per_class
from semivae.data.in_memory import InMemory
from semivae.data.sets.named import load
from store import RESULTS, of_runs, spread, store

MODELS = ("pca", "ae", "vae")
LABELS, CLASSES, LATENTS = 50, 10, 10


def main() -> None:
    """Runs the seeds of each baseline and stores its result."""

    parser = argparse.ArgumentParser(description="Accuracy with few labels on the latents of baselines.")
    parser.add_argument("--seeds", type=int, default=5, help="the number of draws of the labels")
    arguments = parser.parse_args()

    train, test = load("digits"), load("digits", split="test")

    for model in MODELS:
        runs = [run(model, seed, train, test) for seed in range(arguments.seeds)]
        keep(model, runs)
        print(model, spread("accuracy", runs), spread("explained", runs), flush=True)


def run(model: str, seed: int, train: InMemory, test: InMemory) -> dict[str, Any]:
    """Fits a baseline and, on its latents, a classifier with one draw of the labels; tests both."""

    known = keep_labels_per_class(train.y, LABELS // CLASSES, seed)

    start = time.perf_counter()
    embedding = PCA(LATENTS) if model == "pca" else VAEEmbedding(model=model, latents=LATENTS, random_state=seed)
    latents = embedding.fit(train.x).transform(train.x)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(latents[known], train.y[known])
    seconds = time.perf_counter() - start

    found = embedding.transform(test.x)
    again = embedding.inverse_transform(found)
    lost = ((test.x - again) ** 2).sum() / ((test.x - train.x.mean(axis=0)) ** 2).sum()

    return {
        "seed": seed,
        "seconds": round(seconds, 1),
        "accuracy": float(classifier.score(found, test.y)),
        "explained": float(1 - lost),
    }


def keep(model: str, runs: list[dict[str, Any]]) -> None:
    """Stores what was found of a baseline."""

    facts = {
        "data": "digits",
        "labels": LABELS,
        "labels_per_class": LABELS // CLASSES,
        "model": model,
        "settings": ["then logistic regression"],
        **of_runs(runs, "accuracy", "explained"),
    }

    store(facts, RESULTS / f"digits_{LABELS}_{model}.json")


if __name__ == "__main__":
    main()
