"""What the tests of data share."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def frame() -> pd.DataFrame:
    """A frame with a column of every type."""

    return pd.DataFrame(
        {
            "size": [1, 2, 3, 4],
            "weight": [0.5, None, 2.0, 9.0],
            "color": ["red", "blue", None, "red"],
            "new": [True, False, True, True],
            "grade": pd.Categorical(["low", "high", "low", None], ["low", "high"]),
            "count": pd.array([1, None, 3, 4], dtype="Int64"),
            "flag": pd.array([True, None, False, True], dtype="boolean"),
            "share": pd.array([0.25, None, 0.5, 1.0], dtype="Float64"),
            "text": pd.array(["q", None, "r", "r"], dtype="string"),
            "arrow": pd.array(["q", None, "r", "r"], dtype="string[pyarrow]"),
            "byte": np.array([1, 2, 3, 250], dtype="uint8"),
            "mixed": pd.Series([1, "a", 2, None], dtype=object),
        }
    )


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a frame as a folder of parquet files of small row groups, in blocks of at most 100 rows."""

    monkeypatch.setattr("semivae.data.stream.blocks.MOST_ROWS", 100)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def write(frame, parts=3, name="rows", group=70):
        folder = tmp_path / name
        folder.mkdir()

        for part, rows in enumerate(np.array_split(np.arange(len(frame)), parts)):
            frame.iloc[rows].to_parquet(folder / f"{part}.parquet", row_group_size=group, index=False)

        return folder

    return write
