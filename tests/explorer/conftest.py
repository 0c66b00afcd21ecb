"""Small models of every kind with their rows, and explorations of them."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from tests.explorer import cases
from tests.explorer.visit import Visit

from semivae import PCA, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
from semivae.explorer.running import serve
from semivae.explorer.workspace import Workspace

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

TINY: dict[str, Any] = {"epochs": 2, "hidden": (16,), "latents": 3, "random_state": 0, "device": "cpu"}

Made = tuple[Any, Any, Any]


def mixed(rows: int = 90) -> tuple[pd.DataFrame, Any, Any]:
    """A table with numbers, a category and gaps; a class and a number of each row, known for some."""

    random = np.random.default_rng(0)
    code = random.integers(0, 3, rows)
    table = pd.DataFrame(
        {
            "age": 30 + 9.0 * code + random.normal(0, 3, rows).round(1),
            "city": np.array(["Bern", "Lima", "Oslo"])[code],
            "visits": random.poisson(2 + 3 * code),
        }
    )
    table.loc[::17, "age"] = np.nan
    known = random.random(rows) < 0.5
    kind = pd.Series(np.where(known, np.array(["low", "middle", "high"])[code], None), name="kind")
    spend = pd.Series(np.where(known, 40.0 * code + random.normal(0, 5, rows), np.nan), name="spend")

    return table, kind, spend


def digits() -> Made:
    """Images of digits, a third of them labeled."""

    images, classes = load_digits(return_X_y=True)
    images, classes = images[:120].reshape(-1, 8, 8) / 16, classes[:120]
    known = np.where(np.arange(120) % 3 == 0, classes, -1)

    return VAEClassifier("gmvae", **TINY).fit(images, known), images, known


def table() -> Made:
    """A mixed table with classes."""

    X, kind, _ = mixed()

    return VAEClassifier(**TINY).fit(X, kind), X, kind


def number() -> Made:
    """A mixed table with a number."""

    X, _, spend = mixed()

    return VAERegressor(**TINY).fit(X, spend), X, spend


def several() -> Made:
    """A mixed table with a class and a number."""

    X, kind, spend = mixed()
    y = pd.concat([kind, spend], axis=1)

    return VAEPredictor(**TINY).fit(X, y), X, y


def plain() -> Made:
    """A mixed table without a target."""

    X = mixed()[0]

    return VAEEmbedding(**TINY | {"latents": 2}).fit(X), X, None


def by_label() -> Made:
    """A mixed table whose decoder takes the class."""

    X, kind, _ = mixed()

    return VAEClassifier("m2", **TINY).fit(X, kind), X, kind


def linear() -> Made:
    """An array without a target, and principal components."""

    X = np.random.default_rng(0).normal(size=(40, 4))

    return PCA(latents=3).fit(X), X, None


KINDS = {made.__name__: made for made in (digits, table, number, several, plain, by_label, linear)}


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


@pytest.fixture
def work(made, tmp_path) -> Iterator[Callable[..., Workspace]]:
    """Opens an exploration of a kind of model; all are closed at the end."""

    opened: list[Workspace] = []

    def open_one(kind: str, file: str = "labels.jsonl") -> Workspace:
        opened.append(Workspace(*made(kind), tmp_path / file, kind))

        return opened[-1]

    yield open_one

    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; skipped with a word where there is none."""

    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

    if BROWSER is None:
        pytest.skip("there is no Chromium: apt-get install chromium")

    with driver.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(params=[cases.digits, cases.table, cases.number], ids=lambda made: made.__name__)
def case(request, browser, tmp_path):
    """A visit to a kind of model, with all labels of its rows."""

    estimator, X, y, truth = request.param()
    work = Workspace(estimator, X, y, tmp_path / "labels.jsonl", request.param.__name__)
    explorer = serve(work)
    visit = Visit(browser, explorer)
    yield visit, request.param.__name__, truth
    visit.page.close()
    explorer.close()
