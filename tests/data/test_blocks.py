"""Blocks of files: always the same rows in the same order, and no more bytes or memory than these need."""

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow.parquet import ParquetFile

from semivae.data.stream.blocks import MOST_ROWS
from semivae.data.stream.choose import blocks_of
from semivae.errors import DataError

FRAME = pd.DataFrame({"a": np.arange(500.0), "b": [f"text {row}" for row in range(500)]})


@pytest.mark.parametrize("rows", [slice(None), slice(0, 1), slice(69, 71), slice(140, 333), slice(499, 500)])
def test_a_range_of_rows_is_a_part_of_all(write, rows):
    blocks = blocks_of(write(FRAME))
    read = list(blocks.read(["b", "a"], rows))

    pd.testing.assert_frame_equal(pd.concat(read), FRAME[["b", "a"]][rows])
    assert max(map(len, read)) <= 100


def test_an_array_is_read_as_a_table_is(tmp_path, monkeypatch):
    monkeypatch.setattr("semivae.data.stream.blocks.MOST_ROWS", 7)
    array = np.arange(90.0).reshape(30, 3)
    np.save(tmp_path / "rows.npy", array)
    blocks = blocks_of(tmp_path / "rows.npy")

    assert blocks.names == ["x0", "x1", "x2"] and [len(block) for block in blocks.read()] == [7, 7, 7, 7, 2]
    np.testing.assert_array_equal(np.concatenate(list(blocks.read())), array)
    np.testing.assert_array_equal(np.concatenate(list(blocks.read(rows=slice(5, 20)))), array[5:20])


def test_only_the_row_groups_of_a_range_are_read(tmp_path):
    path = tmp_path / "rows.parquet"
    FRAME[["a"]].to_parquet(path, row_group_size=100, compression=None)
    place = ParquetFile(path).metadata.row_group(1).column(0)
    start = place.dictionary_page_offset or place.data_page_offset

    with path.open("r+b") as file:
        file.seek(start)
        file.write(bytes(place.total_compressed_size))

    for rows in (slice(0, 100), slice(200, 500)):
        assert np.concatenate([block["a"] for block in blocks_of(path).read(rows=rows)]).tolist() == [*FRAME["a"][rows]]

    with pytest.raises(DataError, match=r"rows.parquet cannot be read"):
        list(blocks_of(path).read())


def test_a_row_group_as_large_as_the_file_is_not_held(tmp_path):
    rows = 32 * MOST_ROWS
    table = pa.table({f"c{column}": np.random.default_rng(column).random(rows) for column in range(2)})
    pa.parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=rows)
    size = table.nbytes
    del table
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() for _ in blocks_of(tmp_path / "rows.parquet").read()]

    assert len(held) == 32 and max(held) - before < size / 2


def test_only_the_parquet_files_of_a_folder_and_their_columns_are_read(write, tmp_path):
    folder = write(FRAME, parts=2)
    (folder / ".hidden.parquet").write_bytes(b"no rows")
    (folder / "_metadata.parquet").write_bytes(b"no rows")
    (folder / "README.txt").write_text("no rows")
    FRAME[:3].set_axis([7, 8, 9]).rename_axis("key").to_parquet(tmp_path / "key.parquet")
    os.rename(tmp_path / "key.parquet", os.fsencode(folder) + b"/2\xe9.parquet")
    blocks = blocks_of(folder)

    assert blocks.names == ["a", "b"] and len(blocks) == 503
    assert pd.concat(blocks.read())["a"].tolist() == [*range(500), 0, 1, 2]
    assert [name for name, _ in blocks.digests] == ["0.parquet", "1.parquet", "2\ufffd.parquet"]
