"""A way to run the command in this process, small data of every kind, and models that were fitted to them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from semivae.cli.main import app

QUICK = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-report")


@pytest.fixture(scope="session")
def run() -> Callable[..., Any]:
    """Runs the command in this process; expects the exit code 0 unless told otherwise."""

    def run(*arguments: object, code: int = 0) -> Any:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])

        # Anything but an exit is a traceback in the user's face.
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception

        assert result.exit_code == code, result.stderr

        return result

    return run


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """A table with a number, a whole number, a category with missing cells, text classes, and a real target."""

    random = np.random.default_rng(0)
    big = random.random(60) < 0.5
    size = random.normal(np.where(big, 2.0, -2.0), 0.5).round(3)

    return pd.DataFrame(
        {
            "size": size,
            "count": random.integers(0, 90, 60),
            "shade": pd.Series(np.where(big, "red", "blue"), dtype=object).where(random.random(60) < 0.9, None),
            "price": (1000 * size + random.normal(0, 10, 60)).round(1),
            "kind": np.where(big, "big", "small"),
        }
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is made once."""

    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="session")
def table(frame: pd.DataFrame, folder: Path) -> Path:
    """The table as CSV, with the kinds of 40 of its 60 rows unknown."""

    path = folder / "table.csv"
    kinds = frame["kind"].where(np.arange(60) % 3 == 0, "unknown")
    frame.drop(columns="price").assign(kind=kinds).to_csv(path, index=False)

    return path


@pytest.fixture(scope="session")
def prices(frame: pd.DataFrame, folder: Path) -> Path:
    """The table as parquet, with the price of every row."""

    path = folder / "prices.parquet"
    frame.drop(columns="kind").to_parquet(path, index=False)

    return path


@pytest.fixture(scope="session")
def classifier(run: Callable[..., Any], table: Path, folder: Path) -> Path:
    """A classifier of the table."""

    out = folder / "classifier"
    run("fit", table, "--target", "kind", "--missing-label", "unknown", "--no-compare", *QUICK, "--out", out)

    return out


@pytest.fixture(scope="session")
def regressor(run: Callable[..., Any], prices: Path, folder: Path) -> Path:
    """A regressor of the prices, of which it saw 30."""

    out = folder / "regressor"
    run("fit", prices, "--target", "price", "--labels", 30, "--no-compare", *QUICK, "--out", out)

    return out


@pytest.fixture(scope="session")
def digits(run: Callable[..., Any], folder: Path) -> Path:
    """A classifier of images."""

    out = folder / "digits"
    run("fit", "digits", "--target", "label", "--labels", 50, "--no-compare", *QUICK, "--out", out)

    return out


@pytest.fixture(scope="session")
def embedding(run: Callable[..., Any], table: Path, folder: Path) -> Path:
    """A model of the table without its target."""

    out = folder / "embedding"
    run("fit", table, "--target", "kind", "--model", "vae", *QUICK, "--out", out)

    return out
