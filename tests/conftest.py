"""What all tests share."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("SEMIVAE_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the public data sets that some tests read."""

    if not (ROOT / "README.md").is_file():
        pytest.skip(f"the data sets are not in {ROOT} (set SEMIVAE_DATA)")

    return ROOT
