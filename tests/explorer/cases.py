"""Models that are opened in a browser: images with classes, a mixed table with classes, and one with a number."""

from functools import cache

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

from semivae import VAEClassifier, VAERegressor

FIT = {"epochs": 12, "hidden": (64,), "random_state": 0, "device": "cpu"}
ROWS, KNOWN = 600, 60


def mixed():
    """A mixed table with a class and a number of each row."""

    random = np.random.default_rng(0)
    code = random.integers(0, 3, ROWS)
    table = pd.DataFrame(
        {
            "age": (30 + 9.0 * code + random.normal(0, 8, ROWS)).round(1),
            "city": np.array(["Bern", "Lima", "Oslo"])[np.where(random.random(ROWS) < 0.5, code, 0)],
            "visits": random.poisson(2 + code),
        }
    )

    return table, np.array(["low", "middle", "high"])[code], 40.0 * code + random.normal(0, 5, ROWS)


@cache
def digits():
    """Images with classes: the model, the rows, the labels given, and all labels."""

    images, classes = load_digits(return_X_y=True)
    images, classes = images[:ROWS].reshape(-1, 8, 8) / 16, classes[:ROWS]
    y = np.where(np.arange(ROWS) < KNOWN, classes, -1)

    return VAEClassifier(**FIT).fit(images, y), images, y, classes


@cache
def table():
    """A mixed table with classes."""

    X, kind, _ = mixed()
    y = pd.Series(np.where(np.arange(ROWS) < KNOWN, kind, None), name="kind")

    return VAEClassifier(**FIT).fit(X, y), X, y, kind


@cache
def number():
    """A mixed table with a number."""

    X, _, spend = mixed()
    y = pd.Series(np.where(np.arange(ROWS) < KNOWN, spend, np.nan), name="spend")

    return VAERegressor(**FIT).fit(X, y), X, y, spend
