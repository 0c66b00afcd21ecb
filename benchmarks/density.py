r"""Whether densities are densities: integrals over a plane, and estimates of images that agree.

Usage: .venv/bin/python benchmarks/density.py integrals
       .venv/bin/python benchmarks/density.py mnist [--epochs N] [--binarize static]
Cost: about 10 minutes on one core for the integrals, 30 minutes on 2 cores for MNIST.
Result: benchmarks/results/density_integrals.json, benchmarks/results/density_mnist_<binarize>.json.

The integrals are of exp(score_samples) over a line and over a plane, for each model with a density. "mnist" trains a
plain VAE with 50 latents on digits of 0 and 1, and estimates the log-likelihood of 1,000 test rows by the lower bound,
by 5,000 weighted draws, and of 64 of them by annealed importance sampling. Test rows are binarized once, and so are
training rows with --binarize static; by default these are drawn anew in each epoch, which overfits less.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sets import use_sets_beside

from semivae import DataOptions, TrainingOptions, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
from semivae.data.sets.named import load
from semivae.models import models
from store import RESULTS, store

Values = NDArray[np.float64]

# Kinds of models without a density, or with labels alone.
WITHOUT = {"ae"}
FITS = {"category": VAEClassifier, "real": VAERegressor, "several": VAEPredictor, None: VAEEmbedding}
ROWS, LABELS = 2000, 200
POINTS = {1: 2000, 2: 120}
TEST, CHECKED, DRAWS = 1000, 64, 5000


def main() -> None:
    """Runs the part that is asked for."""

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("part", choices=["integrals", "mnist"])
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--binarize", choices=["static", "stochastic"], default="stochastic")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    use_sets_beside()

    if arguments.part == "integrals":
        integrals()
    else:
        mnist(arguments.epochs, arguments.binarize)


def integrals() -> None:
    """Stores and prints the integral of each model over a line and a plane."""

    found: list[dict[str, Any]] = []

    for name in models:
        for columns in (1, 2):
            if name in WITHOUT:
                continue

            start = time.perf_counter()
            kind, total = integral(name, columns)
            found.append(
                {
                    "model": name,
                    "learns": kind,
                    "columns": columns,
                    "integral": total,
                    "seconds": time.perf_counter() - start,
                }
            )
            print(f"{name:<10} {columns} columns, learns {kind}: {total:.4f}", flush=True)
            store({"integrals": found}, RESULTS / "density_integrals.json")


def integral(name: str, columns: int) -> tuple[str | None, float]:
    """Returns what a model learns, and the integral of its density over some columns."""

    random = np.random.default_rng(0)
    side = random.random(ROWS) < 0.4
    x = random.normal(size=(ROWS, 2)) * np.where(side[:, None], (0.5, 1.0), (1.0, 0.4)) + np.where(
        side[:, None], 3.0, 0.0
    )
    x = x[:, :columns]
    kind = next(iter(models[name].targets), None)
    estimator = FITS[kind](model=name, latents=2, random_state=0)
    labels: Any = np.where(side, "right", "left").astype(object) if kind == "category" else x[:, 0] + side

    if kind == "several":
        labels = np.stack([labels, side], axis=1).astype(float)

    if kind is not None and not models[name].labels_only:
        labels[LABELS:] = None if kind == "category" else np.nan

    estimator.fit(x, labels) if kind else estimator.fit(x)
    low, high = x.min(axis=0) - 4 * x.std(axis=0), x.max(axis=0) + 4 * x.std(axis=0)
    axes = [np.linspace(*ends, POINTS[columns]) for ends in zip(low, high, strict=True)]
    cell = float(np.prod([axis[1] - axis[0] for axis in axes]))
    points = np.stack([part.ravel() for part in np.meshgrid(*axes)], axis=1)

    return kind, float(np.exp(estimator.score_samples(points)).sum() * cell)


def mnist(epochs: int, binarize: Any) -> None:
    """Stores and prints three estimates of the log-likelihood of binarized digits."""

    train, test = load("mnist"), load("mnist", split="test")
    rows = test.x[np.random.default_rng(0).permutation(len(test.x))[:TEST]]
    start = time.perf_counter()
    estimator = VAEEmbedding(
        model="vae",
        latents=50,
        epochs=epochs,
        data=DataOptions(binarize=binarize),
        training=TrainingOptions(early_stopping=False),
        random_state=0,
    ).fit(train.x)
    found: dict[str, Any] = {"epochs": epochs, "seconds_fit": time.perf_counter() - start, "rows": TEST}

    for method, part, draws in (("elbo", rows, DRAWS), ("importance", rows, DRAWS)):
        found |= of_estimate(method, *means(estimator, part, method, draws))

    few = rows[:CHECKED]
    found |= of_estimate("importance_of_few", *means(estimator, few, "importance", DRAWS))
    found |= of_estimate("annealed_of_few", *means(estimator, few, "annealed", None))
    print(found)
    store(found, RESULTS / f"density_mnist_{binarize}.json")


def means(estimator: Any, rows: Values, method: str, draws: int | None) -> tuple[float, float]:
    """Returns the mean log-density of rows and the standard error that comes from its draws."""

    log_density, error, _ = estimator.evidence(rows, method, draws)

    return float(log_density.mean()), float(np.sqrt((error**2).sum()) / len(rows))


def of_estimate(name: str, value: float, error: float) -> dict[str, float]:
    """Returns an estimate as entries of a result."""

    return {f"{name}_nats": value, f"{name}_error": error}


if __name__ == "__main__":
    main()
