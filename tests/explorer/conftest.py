"""Small models of every kind with their rows, and explorations of them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.explorer import cases
from tests.explorer.visit import Visit
from tests.made import Kinds

from semivae.explorer.running import serve
from semivae.explorer.workspace import Workspace


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


@pytest.fixture(scope="session")
def made() -> Kinds:
    """Fits a small model of a kind, once."""

    return Kinds(mixed, images=120, plain=2)


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
