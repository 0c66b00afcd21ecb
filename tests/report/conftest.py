"""Small models of every kind with their rows."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from semivae import PCA, VAEClassifier, VAEEmbedding, VAERegressor

TINY: dict[str, Any] = {"epochs": 2, "hidden": (16,), "latents": 3, "random_state": 0, "device": "cpu"}

Made = tuple[Any, Any, Any]


def mixed(rows: int = 80) -> tuple[pd.DataFrame, Any, Any]:
    """A table with numbers, a count, a category and gaps; a class and a number of each row, known for some."""

    random = np.random.default_rng(0)
    code = random.integers(0, 2, rows)
    table = pd.DataFrame(
        {
            "age": (30 + 9.0 * code + random.normal(0, 3, rows)).round(2),
            "gain": np.where(random.random(rows) < 0.5, 0.0, np.exp(random.normal(3, 2, rows)).round(2)),
            "city": np.array(["Bern", "<b>Lima</b>"])[code],
            "visits": random.poisson(2 + 3 * code),
        }
    )
    table.loc[::17, "age"] = np.nan
    known = random.random(rows) < 0.6
    kind = pd.Series(np.where(known, np.array(["low", "high"])[code], None), name="kind")
    spend = pd.Series(np.where(known, 40.0 * code + random.normal(0, 5, rows), np.nan), name="spend")

    return table, kind, spend


def digits() -> Made:
    """Images of digits, a third of them labeled."""

    images, classes = load_digits(return_X_y=True)
    images, classes = images[:150].reshape(-1, 8, 8) / 16, classes[:150]
    known = np.where(np.arange(150) % 3 == 0, classes, -1)

    return VAEClassifier("gmvae", **TINY).fit(images, known), images, known


def table() -> Made:
    """A mixed table with classes."""

    X, kind, _ = mixed()

    return VAEClassifier(**TINY).fit(X, kind), X, kind


def number() -> Made:
    """A mixed table with a number."""

    X, _, spend = mixed()

    return VAERegressor(**TINY).fit(X, spend), X, spend


def plain() -> Made:
    """A mixed table without a target."""

    X = mixed()[0]

    return VAEEmbedding(**TINY).fit(X), X, None


def by_label() -> Made:
    """A mixed table whose decoder takes the class."""

    X, kind, _ = mixed()

    return VAEClassifier("m2", **TINY).fit(X, kind), X, kind


def linear() -> Made:
    """An array without a target, and principal components."""

    X = np.random.default_rng(0).normal(size=(60, 4))

    return PCA(latents=2).fit(X), X, None


KINDS = {made.__name__: made for made in (digits, table, number, plain, by_label, linear)}


@pytest.fixture(scope="session")
def made() -> Callable[[str], Made]:
    """Fits a small model of a kind, once."""

    found: dict[str, Made] = {}

    def make(kind: str) -> Made:
        if kind not in found:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found[kind] = KINDS[kind]()

        return found[kind]

    return make
