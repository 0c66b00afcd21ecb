"""Small models of every kind with their rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.made import Kinds


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


@pytest.fixture(scope="session")
def made() -> Kinds:
    """Fits a small model of a kind, once."""

    return Kinds(mixed, images=150, linear=(60, 2))
