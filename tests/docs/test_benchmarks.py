"""The README is short, the page of the benchmarks holds the stored results, and rarely run benchmarks still work."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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


def test_both_halves_are_measured_and_stored(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(BENCHMARKS)

    import both

    monkeypatch.setattr(both, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", "both.py --only digits --models auto,vae --set epochs=1 --set hidden=(8,)".split())
    both.main()
    first = capsys.readouterr().out

    (stored,) = tmp_path.glob("digits_50_vae_0.json")
    stamp = stored.stat().st_mtime_ns
    both.main()

    assert capsys.readouterr().out == first and stored.stat().st_mtime_ns == stamp, "what is stored is not repeated"
    assert (
        "digits, 50 labels, auto, draw 0: accuracy 0." in first and "digits, 50 labels, vae, draw 0: explained" in first
    )

    monkeypatch.setattr("sys.argv", "both.py --only digits --models vae".split())

    with pytest.raises(SystemExit, match="other settings"):
        both.main()


def test_generators_of_tables_without_training(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)

    import cells

    random = np.random.default_rng(0)
    z = random.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 5000)
    table = pd.DataFrame({"a": np.exp(z[:, 0]), "b": np.where(z[:, 1] > 1, "high", "low")})
    table.loc[random.random(5000) < 0.1, "a"] = np.nan
    means = {}

    for name, make in {"rows": lambda *_: table, "copula": cells.copula, "independent": cells.independent}.items():
        made = make(table, 5000, random)
        means[name] = np.log(made["a"]).groupby(made["b"]).mean()

        assert made["a"].isna().mean() == pytest.approx(0.1, abs=0.03)
        assert (made["b"] == "high").mean() == pytest.approx((table["b"] == "high").mean(), abs=0.03)
        assert set(made["a"].dropna()) <= set(table["a"].dropna())

    assert means["independent"]["high"] == pytest.approx(means["independent"]["low"], abs=0.2)
    assert means["rows"]["high"] - means["rows"]["low"] > 1
    assert means["copula"]["low"] < means["copula"]["high"] - 0.5


def test_differences_of_samples_of_tables(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)

    import cells

    rows = pd.DataFrame({"a": [0, 0, 3, 9], "b": [0.5, np.nan, 1.5, 2.5]})
    made = pd.DataFrame({"a": [0.0, 1.5, 3.0, 8.0], "b": [0.7, 0.8, 0.9, 1.0]})

    text = pd.DataFrame({"a": [2, 1], "b": ["y", None]})

    np.testing.assert_array_equal(cells.ordinals(text.assign(b=["y", "x"]), text), [[2, 1], [1, np.nan]])
    assert cells.whole(rows, made) == {"whole": 0.75}
    assert cells.ends(rows, rows, made)["ends_gap"] == -0.25
    assert cells.missing(rows, made) == {"missing_rows": 0.125, "missing_samples": 0.0, "missing_gap": 0.25}


def test_readme_is_short():
    assert len((BENCHMARKS.parent / "README.md").read_text().splitlines()) <= 120
