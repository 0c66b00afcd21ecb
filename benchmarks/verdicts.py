r"""How often "the unlabeled rows helped" or "hurt" is wrong, and how often a true gain is found.

Usage: .venv/bin/python benchmarks/verdicts.py
       .venv/bin/python benchmarks/verdicts.py --repeats 50
Cost: about 11 minutes on one idle core; no network is trained.
Result: benchmarks/results/verdicts.json, and the table printed.

Two learners of one kind see the same labels, in the folds of a comparison. Each reads four columns that both share and
four of its own, which say as much about the class, so that neither is better. For a true gain the second reads all its
columns through noise, strong enough that it is worse by a known amount: the means over all repeats of its accuracy on
1,000 further rows, for fits to as many labels as those of a fold.

The oracle is a paired test that knows the standard deviation of the difference over repeats. No comparison of one
person can know it. The naive test is the interval without correction.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from semivae.data.batches.split import stratified_folds
from semivae.trust.paired import corrected, direction, mcnemar
from store import RESULTS, store

FOLDS, LABELS, GAINS = 5, (30, 50, 100), (0.0, 0.03, 0.05, 0.1)
SHARED, OWN, APART = 4, 4, 1.3
FURTHER = 1000
# Halvings of the range of the noise, and fits at each.
HALVINGS, TRIALS, MOST_NOISE = 7, 40, 4.0

LEARNERS: dict[str, Callable[[int], Any]] = {
    "logistic regression": lambda seed: LogisticRegression(C=0.3),
    "naive Bayes": lambda seed: GaussianNB(),
    "nearest neighbors": lambda seed: KNeighborsClassifier(5),
    "tree": lambda seed: DecisionTreeClassifier(max_depth=4, random_state=seed),
    "forest": lambda seed: RandomForestClassifier(10, random_state=seed),
}

# A forest takes ten times as long as the others.
SLOW = {"forest": (50,)}

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    r"""Two learners of one kind.

    Attributes:
        kind: The kind.
        noise: The standard deviation of the noise through which the second reads its columns.
    """

    kind: str
    noise: float

    def right(self, random: np.random.Generator, train: Any, test: Any) -> list[NDArray[np.bool_]]:
        """Fits both to rows, and returns which other rows each of them predicts; each with shape (M,)."""

        (columns, y), (others, truth) = train, test
        found = []

        for x, new in zip(columns, others, strict=True):
            learner = LEARNERS[self.kind](int(random.integers(2**31)))
            found.append(learner.fit(x, y).predict(new) == truth)

        return found

    def rows(self, random: np.random.Generator, count: int) -> tuple[list[Values], NDArray[np.int64]]:
        """Draws rows: the columns that each learner reads, with shape (N, 8), and the classes."""

        y = np.arange(count) % 2
        center = (2 * y - 1)[:, None] * APART / np.sqrt(SHARED + OWN)
        shared, *own = (center + random.normal(size=(count, width)) for width in (SHARED, OWN, OWN))
        first, second = (np.concatenate([shared, part], axis=1) for part in own)

        return [first, second + self.noise * random.normal(size=second.shape)], y

    def repeat(self, random: np.random.Generator, labels: int) -> tuple[Values, float]:
        """Returns the paired differences of one cross-validation, with shape (N,), and the gain on further rows."""

        columns, y = self.rows(random, labels)
        folds = stratified_folds(y, FOLDS, int(random.integers(2**31))) or []
        differences = np.zeros(labels)

        for train, test in folds:
            parts = [([x[part] for x in columns], y[part]) for part in (train, test)]
            first, second = self.right(random, *parts)
            differences[test] = first.astype(float) - second

        return differences, self.gain(random, len(folds[0][0]))

    def gain(self, random: np.random.Generator, labels: int) -> float:
        """Returns the gain of the first on further rows, after a fit to new labels."""

        first, second = self.right(random, self.rows(random, labels), self.rows(random, FURTHER))

        return float(first.mean() - second.mean())


def noise_for(kind: str, labels: int, gain: float) -> float:
    """Returns the noise that makes the second learner worse by a gain."""

    low, high = 0.0, MOST_NOISE

    for _ in range(HALVINGS if gain else 0):
        middle = (low + high) / 2
        random = np.random.default_rng(1)
        pair = Pair(kind, middle)
        found = np.mean([pair.gain(random, labels * (FOLDS - 1) // FOLDS) for _ in range(TRIALS)])
        low, high = (middle, high) if found < gain else (low, middle)

    return (low + high) / 2 if gain else 0.0


def setting(kind: str, labels: int, gain: float, repeats: int) -> dict[str, Any]:
    """Returns how often each rule finds a gain or a loss in one setting."""

    pair, random = Pair(kind, noise_for(kind, labels, gain)), np.random.default_rng(0)
    made = [pair.repeat(random, labels) for _ in range(repeats)]
    differences = np.array([found for found, _ in made])
    means = differences.mean(axis=1)
    ratio = 1 / (FOLDS - 1)
    said = [direction(corrected(found, ratio), mcnemar(found)) for found in differences]
    naive = [direction(corrected(found, 0.0), None) for found in differences]
    oracle = np.sign(means) * (np.abs(means) > 1.96 * means.std())

    return {
        "kind": kind,
        "labels": labels,
        "aimed": gain,
        "gain": float(np.mean([found for _, found in made])),
        "spread": float(means.var() / (differences.var(axis=1, ddof=1).mean() / labels)),
        **{
            f"{name}_{word}": float(np.mean(np.array(found) == sign))
            for name, found in (("said", said), ("naive", naive), ("oracle", oracle))
            for word, sign in (("helped", 1), ("hurt", -1))
        },
    }


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the means over the kinds of learners, by labels and gain."""

    found = []

    for labels in LABELS:
        for gain in GAINS:
            part = [row for row in rows if (row["labels"], row["aimed"]) == (labels, gain)]
            means = {name: float(np.mean([row[name] for row in part])) for name in part[0] if name != "kind"}
            worst = max(row["said_helped"] + row["said_hurt"] for row in part)
            found.append(
                means | ({"worst": worst} if not gain else {"power": means["said_helped"] / means["oracle_helped"]})
            )

    return found


def show(rows: list[dict[str, Any]]) -> None:
    """Prints the table."""

    print("labels  gain   true  | helped   hurt | naive: helped   hurt | oracle: helped   hurt | spread")

    for row in rows:
        numbers = [row[f"{name}_{word}"] for name in ("said", "naive", "oracle") for word in ("helped", "hurt")]
        shares = "{:6.3f} {:6.3f} |        {:6.3f} {:6.3f} |         {:6.3f} {:6.3f}".format(*numbers)
        last = f"{row['power']:.2f} of the oracle" if "power" in row else f"wrong at most {row['worst']:.3f} by kind"
        print(f"{row['labels']:6.0f} {row['aimed']:5.2f} {row['gain']:6.3f}  | {shares} | {row['spread']:.2f}  {last}")


def main() -> None:
    """Simulates all settings, prints the table and stores it."""

    parser = argparse.ArgumentParser(description="How often a verdict is wrong, and how often a true gain is found.")
    parser.add_argument("--repeats", type=int, default=300)
    parser.add_argument("--out", default="verdicts", help="the name of the result")
    arguments = parser.parse_args()
    start = time.perf_counter()
    rows = []

    for kind in LEARNERS:
        for labels in SLOW.get(kind, LABELS):
            rows += [setting(kind, labels, gain, arguments.repeats) for gain in GAINS]
            print(f"{kind}, {labels} labels: {time.perf_counter() - start:.0f} s", flush=True)

    means = summary(rows)
    show(means)
    seconds = round(time.perf_counter() - start)
    store(
        {"repeats": arguments.repeats, "seconds": seconds, "means": means, "settings": rows},
        RESULTS / f"{arguments.out}.json",
    )


if __name__ == "__main__":
    main()
