"""The README is short, the page of the benchmarks holds the stored results, and rarely run benchmarks still work."""

from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_page_holds_the_stored_results(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)

    import table

    page = table.PAGE.read_text()

    assert all(f"<!-- table of {name} -->" in page for name in table.sections())
    assert page == table.filled(page), "run benchmarks/table.py"


def test_streamed_rows_are_timed(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)

    import rows

    monkeypatch.setattr(rows, "GROUP", 500)
    monkeypatch.setattr(rows, "WARMUP", 1)
    rows.write(tmp_path / "rows.parquet", 2000)
    found = rows.ingest(tmp_path) | rows.train(tmp_path, 3)

    assert 0 < found["train_us_per_row"] < 1e6
    assert 0 < found["ingest_us_per_row"] < 1e6
    assert found["cache_gib"] * rows.GIB >= 2000 * rows.COLUMNS * 4


def test_readme_is_short():
    assert len((BENCHMARKS.parent / "README.md").read_text().splitlines()) <= 120
