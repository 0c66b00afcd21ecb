"""What all tests share."""

import importlib
import os
import shutil
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# Set before any test runs, so that processes started by a test find the public data sets, too.
if not os.environ.get("SEMIVAE_DATA") and BESIDE.is_dir():
    os.environ["SEMIVAE_DATA"] = str(BESIDE)


@pytest.fixture(scope="session", autouse=True)
def few_trees() -> None:
    """Lets forests have few trees: most tests of tables fit several, and mean none of them."""

    importlib.import_module("semivae.committee.learners").TREES = 5


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the public data sets that some tests read."""

    root = Path(os.environ.get("SEMIVAE_DATA") or BESIDE)

    if not (root / "README.md").is_file():
        pytest.skip(f"the data sets are not in {root} (set SEMIVAE_DATA)")

    return root


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
