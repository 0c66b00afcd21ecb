r"""Whether a search of a latent space finds images of a wanted digit, and rows with a wanted value that look like rows.

Usage: .venv/bin/python benchmarks/search.py [--only digits table] [--draws 5] [--rows 20000] [--epochs auto]
Cost: about an hour on 2 cores, most of it for the fits and the judge of images.
Result: benchmarks/results/search.json with every search, means, the shares of failures and the machine; with --figures
DIR also a picture of the found images.

Digits (after Martin Krasser's notebook on latent space optimization): a VAE and a classifier on its two latents, in one
objective ("predictor"), are fitted on MNIST with the labels of 1,000 images. Each digit is searched with 50
evaluations, through the predictor and through a black box: a support vector machine on 5,000 other labeled images. A
network that no search has used, trained on all labels, says what digit the best design is.

Table: rows of California with the labels of 300. The hidden black box is boosting on all labels. Designs are wanted
whose value is 400,000, though the median income is at most 4 and houses are at least 20 years old. 30 evaluations by
the search and by drawing latents from the prior, each with the same constraints; the best design of each is judged. Its
regret is the distance to the wanted value, in thousands. A judge tells rows and their reconstructions from decoded
noise, by boosting, and with a model of its own that learned from other rows: a design that it takes for noise has
failed, and its regret is the mean distance of all rows.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sets import path_of, use_sets_beside
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from semivae import VAEClassifier, VAEEmbedding, VAERegressor
from semivae.latent import Gate, Space, bounds, optimize, probability, target
from store import RESULTS, spread_of, store

WANTED, CONSTRAINTS = 400_000.0, (bounds("median_income", high=4.0), bounds("housing_median_age", low=20.0))
COLUMN = "median_house_value"
EVALUATIONS = {"digits": 50, "table": 30}


def main() -> None:
    """Runs the searches, and stores the result."""

    parser = argparse.ArgumentParser(description="Search in latent spaces.")
    parser.add_argument("--only", nargs="+", choices=["digits", "table"], default=["digits", "table"])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--model", default="predictor", help="the model of images; of tables it is the default")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=lambda text: text if text == "auto" else int(text), default="auto")
    parser.add_argument("--judge-epochs", type=int, default=6)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--out", type=Path, default=RESULTS / "search.json")
    arguments = parser.parse_args()
    use_sets_beside()
    facts: dict[str, Any] = {"evaluations": EVALUATIONS, "rows": arguments.rows, "epochs": arguments.epochs}

    if "digits" in arguments.only:
        facts["digits"] = digits(arguments)

    if "table" in arguments.only:
        facts["table"] = table([table_run(seed, arguments.rows, arguments.epochs) for seed in range(arguments.draws)])

    store(facts, arguments.out)


def digits(arguments: argparse.Namespace) -> dict[str, Any]:
    """Searches images of each digit, and returns the verdicts of the judge."""

    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    from semivae.data.read import read

    rows = arguments.rows
    source, held_out = (read("mnist", "label", split) for split in ("train", "test"))
    images, labels = np.asarray(source.x), np.asarray(source.y).astype(int)
    tests, test_labels = np.asarray(held_out.x), np.asarray(held_out.y).astype(int)
    order = np.random.default_rng(0).permutation(len(images))[:rows]
    known = np.where(np.arange(rows) < 1_000, labels[order], -1)
    start = time.perf_counter()
    fitted = VAEClassifier(arguments.model, latents=2, epochs=arguments.epochs, random_state=0)
    fitted.fit(images[order], known)
    seconds = time.perf_counter() - start
    judge = Network.fit(images, labels, arguments.judge_epochs)
    others = np.random.default_rng(1).permutation(len(images))[:5_000]
    machine = CalibratedClassifierCV(SVC(C=10.0), ensemble=False).fit(flat(images[others]), labels[others])
    accuracy = {
        "model": float((fitted.predict(tests) == test_labels).mean()),
        "black_box": float((machine.predict(flat(tests[:2000])) == test_labels[:2000]).mean()),
        "judge": float((judge.predict(tests) == test_labels).mean()),
    }
    print(json.dumps({"fit_seconds": seconds, "accuracy": accuracy}), flush=True)
    box = {way: [] for way in ("predictor", "black_box")}
    runs = []

    for digit in range(10):
        goals = {
            "predictor": probability(fitted, digit),
            "black_box": probability(Flat(machine), digit),
        }

        for way, goal in goals.items():
            start = time.perf_counter()
            found = optimize(fitted, goal, images[order], evaluations=EVALUATIONS["digits"], label=digit, seed=digit)
            run = {
                "digit": digit,
                "way": way,
                "judged": int(judge.predict(found.rows[:1])[0]),
                "seconds": round(time.perf_counter() - start, 1),
                "trusted": bool(found.facts["trusted"][0]),
                "refused": found.refused,
                "value": float(found.facts.iloc[0, 1]),
            }
            print(json.dumps(run), flush=True)
            runs.append(run)
            box[way].append(found.rows[0])

    if arguments.figures is not None:
        draw(arguments.figures, box)

    right = {way: sum(run["judged"] == run["digit"] for run in runs if run["way"] == way) for way in box}

    return {"model": arguments.model, "accuracy": accuracy, "fit_seconds": seconds, "right": right, "runs": runs}


class Flat(NamedTuple):
    """A classifier of rows of pixels, for images."""

    machine: Any

    @property
    def classes_(self) -> Any:
        """The classes, with shape (C,)."""

        return self.machine.classes_

    def predict_proba(self, images: Any) -> Any:
        """Returns the probability of each class, with shape (N, C)."""

        return self.machine.predict_proba(flat(images))


def flat(images: Any) -> Any:
    """Returns images as rows of numbers between 0 and 1."""

    images = np.asarray(images, dtype=float).reshape(len(images), -1)

    return images / 255 if images.max() > 1 else images


def draw(folder: Path, found: dict[str, list[Any]]) -> None:
    """Draws the best image of each digit, one line for each way."""

    from semivae.figures import image_grid, to_png

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "search_digits.png").write_bytes(
        to_png(image_grid(np.array([image for images in found.values() for image in images]), columns=10))
    )


class Network:
    """A convolutional network that judges images."""

    def __init__(self, module: Any) -> None:
        self.module = module

    @classmethod
    def fit(cls, images: Any, labels: Any, epochs: int) -> Network:
        """Trains a network on all labels; images are moved by up to two pixels."""

        import torch
        from torch import nn

        torch.manual_seed(7)
        module = nn.Sequential(
            *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 49, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)),
        )
        optimizer = torch.optim.AdamW(module.parameters(), 2e-3)
        x = torch.tensor(flat(images), dtype=torch.float32).reshape(-1, 1, 28, 28)
        y = torch.as_tensor(np.asarray(labels))
        rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=max(2, epochs * (len(x) // 128 + 1)))

        for _ in range(epochs):
            for part in torch.randperm(len(x)).split(128):
                moved = torch.roll(x[part], tuple(torch.randint(-2, 3, (2,)).tolist()), (2, 3))
                loss = nn.functional.cross_entropy(module(moved), y[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                rate.step()

        return cls(module.eval())

    def predict(self, images: Any) -> Any:
        """Returns the digit of each image."""

        import torch

        with torch.no_grad():
            x = torch.tensor(flat(images), dtype=torch.float32).reshape(-1, 1, 28, 28)

            return torch.cat([self.module(part).argmax(dim=1) for part in x.split(1000)]).numpy()


class Judge(NamedTuple):
    """A judge of rows of a table: boosting on rows, their reconstructions and decoded noise."""

    columns: list[str]
    booster: Any

    @classmethod
    def fit(cls, rows: pd.DataFrame, seed: int, epochs: Any) -> Judge:
        """Trains a judge on rows that the searched model has not seen."""

        own = VAEEmbedding(epochs=epochs, random_state=1_000 + seed).fit(rows)
        z = own.transform(rows)
        real = pd.concat([rows, own.inverse_transform(z)])
        noise = own.inverse_transform(z.mean(axis=0) + far(len(real), z, 2_000 + seed))
        x = pd.concat([real, noise])[list(rows)]
        y = np.repeat([1, 0], [len(real), len(noise)])
        booster = HistGradientBoostingClassifier(random_state=seed, categorical_features="from_dtype")

        return cls(list(rows), booster.fit(typed(x), y))

    def accepts(self, rows: pd.DataFrame) -> Any:
        """Marks rows that it does not take for noise."""

        return self.booster.predict_proba(typed(rows[self.columns]))[:, 1] >= 0.5


def far(count: int, z: Any, seed: int) -> Any:
    """Returns noise in the latent that is three times as wide as the rows, with shape (count, D)."""

    return 3 * z.std(axis=0) * np.random.default_rng(seed).standard_normal((count, z.shape[1]))


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Returns rows with texts as categories, as boosting takes them."""

    places = ["<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN"]

    return rows.assign(ocean_proximity=pd.Categorical(rows["ocean_proximity"], places))


def table_run(seed: int, rows: int, epochs: Any) -> dict[str, Any]:
    """Searches designs of a table in one draw, and returns the regrets."""

    data = pd.read_csv(path_of("tabular/california_housing", "housing.csv"))
    y, x = data[COLUMN].to_numpy(), data.drop(columns=COLUMN)
    order = np.random.default_rng(seed).permutation(len(x))
    count = min(rows, len(x) // 3)
    train, apart, held_out = (x.iloc[part].reset_index(drop=True) for part in np.split(order, [count, 2 * count]))
    held_out = held_out[:2_000]
    known = np.where(np.arange(count) < 300, y[order[:count]], np.nan)
    hidden = HistGradientBoostingRegressor(random_state=0, categorical_features="from_dtype").fit(typed(x), y)
    judge = Judge.fit(apart, seed, epochs)
    fitted = VAERegressor(epochs=epochs, random_state=seed).fit(train, known)
    failure = float(np.abs(y - WANTED).mean())

    def measure(designs: pd.DataFrame) -> Any:
        return hidden.predict(typed(designs))

    start = time.perf_counter()
    goal = target(measure, WANTED, COLUMN)
    settings: dict[str, Any] = {"constraints": CONSTRAINTS, "predict": fitted.predict, "seed": seed}
    found = optimize(fitted, goal, train, evaluations=EVALUATIONS["table"], batch=2, **settings)
    seconds = time.perf_counter() - start
    drawn = at_random(fitted, EVALUATIONS["table"], seed)
    drawn = drawn.iloc[[np.abs(measure(drawn) - WANTED).argmin()]]
    z = fitted.transform(train)
    strange = fitted.inverse_transform(z.mean(axis=0) + far(500, z, 3_000 + seed))
    gate = Gate(Space(fitted, train, seed=seed), fitted.predict, seed=seed)
    verdict = gate.judge(z.mean(axis=0) + far(500, z, 3_000 + seed), strange)
    failing = ~judge.accepts(strange)
    run = {
        "draw": seed,
        "seconds": round(seconds, 1),
        "refused": found.refused,
        **{f"search_{name}": value for name, value in regret(found.rows[:1], measure, judge, failure).items()},
        **{f"random_{name}": value for name, value in regret(drawn, measure, judge, failure).items()},
        "real_rows_pass": float(gate.judge(fitted.transform(held_out), held_out).passed.mean()),
        "judge_accepts_rows": float(judge.accepts(held_out).mean()),
        "judge_fails_noise": float(failing.mean()),
        "gate_refuses_failing": float((~verdict.passed)[failing].mean()),
    }
    print(json.dumps(run), flush=True)

    return run


def at_random(fitted: Any, count: int, seed: int) -> pd.DataFrame:
    """Returns decoded draws from the prior that keep the constraints."""

    rows = fitted.inverse_transform(fitted.sample_latents(200 * count, random_state=seed))
    kept = sum(constraint.violation(rows) for constraint in CONSTRAINTS) == 0

    return rows[kept][:count].reset_index(drop=True)


def regret(row: pd.DataFrame, measure: Any, judge: Judge, failure: float) -> dict[str, float]:
    """Returns the regret of a design in thousands, and whether it failed."""

    failed = not judge.accepts(row)[0]
    missed = float(np.abs(measure(row)[0] - WANTED))

    return {"regret": (failure if failed else missed) / 1000, "failed": float(failed), "missed": missed / 1000}


def table(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns the draws with their means."""

    names = [name for name, value in runs[0].items() if isinstance(value, float)]
    means = {f"{name}_{part}": value for name in names for part, value in spread_of([r[name] for r in runs]).items()}

    return {**means, "runs": runs}


if __name__ == "__main__":
    main()
