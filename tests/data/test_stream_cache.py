"""Encoded rows are kept by the content of their files, checked when they are used again, and whole or not there."""

import os
import shutil
import signal
import subprocess
import sys
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from semivae.data.batches.stream_loader import StreamLoader
from semivae.data.stream.cache import ingested, place
from semivae.data.stream.rows import stream
from semivae.errors import StoreError


def stored(rows):
    return rows.read(0, len(rows))


def cached(rows):
    """The folder of encoded rows of a stream."""

    return next(place(rows).glob("rows-*"))


def test_a_cache_is_used_again_for_the_same_content_alone(write, caplog):
    caplog.set_level("INFO", "semivae")
    folder = write(pd.DataFrame({"a": np.arange(300.0)}))
    ingested(stream(folder), "none")
    written = cached(stream(folder)).stat().st_mtime_ns
    caplog.clear()
    os.utime(folder / "0.parquet")
    ingested(stream(folder), "none")

    assert not caplog.messages and cached(stream(folder)).stat().st_mtime_ns == written

    pd.DataFrame({"a": np.arange(100.0) + 1}).to_parquet(folder / "0.parquet", index=False)
    assert ingested(stream(folder), "none").survey.codec.variables[0].low == 1.0
    assert len(caplog.messages) == 2


def test_a_deleted_cache_is_made_again(write):
    rows = stream(write(pd.DataFrame({"a": np.arange(300.0)})))
    expected = stored(ingested(rows, "none").split.unlabeled)
    shutil.rmtree(place(rows))

    np.testing.assert_array_equal(stored(ingested(rows, "none").split.unlabeled), expected)


@pytest.mark.parametrize("name", ["unlabeled.npy", "rows.json", "../survey.json"])
@pytest.mark.parametrize("harm", ["cut", "flip", "remove"])
def test_a_damaged_cache_is_found_and_made_again(write, name, harm, caplog):
    rows = stream(write(pd.DataFrame({"a": np.arange(300.0)})))
    expected = stored(ingested(rows, "none").split.unlabeled)
    path = cached(rows) / name
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    path.unlink()

    if harm != "remove":
        path.write_bytes(content if harm == "flip" else content[:-30])

    again = ingested(stream(rows.path), "none")

    np.testing.assert_array_equal(stored(again.split.unlabeled), expected)
    assert caplog.messages or (name, harm) == ("../survey.json", "remove")


def test_a_killed_ingest_leaves_nothing_that_counts(write):
    folder = write(pd.DataFrame({"a": np.arange(3000.0)}))
    rows = stream(folder)
    code = (
        "import os, signal, sys\n"
        "from semivae.data.stream import blocks, cache, rows, stored\n"
        "blocks.MOST_ROWS = 100\n"
        "add = stored.RowsWriter.add\n"
        "def stop(self, rows):\n"
        "    add(self, rows)\n"
        "    if self.rows > 1000: self.file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "stored.RowsWriter.add = stop\n"
        "cache.ingested(rows.stream(sys.argv[1]), 'none')\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list(place(rows).glob(".rows-*")) and not list(place(rows).glob("rows-*"))

    assert len(stored(ingested(rows, "none").split.unlabeled)) == 3000
    assert not list(place(rows).glob(".rows-*")), "what the killed process wrote is removed"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(write, monkeypatch):
    monkeypatch.setattr("semivae.data.stream.blocks.MOST_ROWS", 1000)
    monkeypatch.setattr("semivae.data.stream.stored.CHUNK", 2**12)

    def peak(rows):
        frame = pd.DataFrame({"a": np.arange(rows) + 0.5, "b": np.arange(rows) % 7 * 1.0, "y": np.arange(rows) % 2})
        files = stream(write(frame, name=str(rows), group=1000), "y")
        tracemalloc.start()
        loader = StreamLoader(ingested(files, "category", -1).split, 2, 256, 128, 0, block=800)
        steps = sum(1 for _ in loader.epoch(1))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        return found, steps

    # What is imported and remembered once is counted in the first. The collector comes when it likes.
    (_, few), (first, _), (second, many) = peak(1000), peak(30_000), peak(240_000)

    assert many > 100 * few
    assert second < 1.5 * first


def test_a_full_disk_and_a_closed_folder_are_named(write, tmp_path, monkeypatch):
    folder = write(pd.DataFrame({"a": np.arange(300.0)}))
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be written"):
        ingested(stream(folder, cache=tmp_path / "file"), "none")

    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10))

    with pytest.raises(StoreError, match="GiB free"):
        ingested(stream(folder), "none")

    assert not list(place(stream(folder)).glob("*rows-*"))
