"""The command and columns: what it drops, keeps, carries into predictions, takes apart and warns of."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from semivae import load

QUICK = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-figures", "--no-compare")
N = 80


@pytest.fixture(scope="module")
def people():
    random = np.random.default_rng(0)

    return pd.DataFrame(
        {
            "id": np.arange(100, 100 + N),
            "name": [f"person {i}" for i in range(N)],
            "size": random.normal(size=N).round(3),
            "when": pd.date_range("2019-12-01 06:00", periods=N, freq="31h").strftime("%d.%m.%Y %H:%M"),
            "price": [f"€{i % 7},50" for i in range(N)],
            "nothing": [None] * N,
            "one": 1,
            "kind": ["p", "q"] * (N // 2),
        }
    )


@pytest.fixture(scope="module")
def rows(people, folder):
    """The people as CSV, and as a folder of parquet files."""

    text, parts = folder / "people.csv", folder / "people"
    people.to_csv(text, index=False)
    parts.mkdir()
    people.iloc[:50].to_parquet(parts / "0.parquet", index=False)
    people.iloc[50:].to_parquet(parts / "1.parquet", index=False)

    return SimpleNamespace(csv=text, folder=parts)


@pytest.fixture(scope="module")
def model(run, rows, folder):
    """A model with identifiers."""

    out = folder / "with ids"
    run("fit", rows.csv, "--target", "kind", "--id", "id", "--id", "name", *QUICK, "--out", out)

    return out


@pytest.fixture
def blocks(monkeypatch, tmp_path):
    monkeypatch.setattr("semivae.data.stream.blocks.MOST_ROWS", 30)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


WORDS = {
    "left out, as their text differs in nearly every row: 'name'": 1,
    "numbers that look like an identifier, as they count the rows: 'id'": 1,
    "constant columns carry no information: 'one'": 1,
    "columns without any value carry no information: 'nothing'": 1,
    "column 'price' holds text that looks like numbers, such as '€0,50': X['price'] = pandas.to_numeric": 1,
}


def times(text, words):
    return text.replace("\n", " ").count(words)


@pytest.mark.parametrize("form", ["csv", "folder"])
@pytest.mark.usefixtures("blocks")
def test_check_and_fit_say_each_thing_once(run, rows, tmp_path, form):
    data = getattr(rows, form)
    told = json.loads(run("check", data, "--target", "kind", "--json").stdout)["warnings"]
    fitted = run("fit", data, "--target", "kind", *QUICK, "--compare", "--figures", "--out", tmp_path / "m").stderr

    for words in WORDS:
        assert sum(words in warning for warning in told) == 1, words
        assert times(fitted, words) == 1, words


@pytest.mark.parametrize("form", ["csv", "folder"])
@pytest.mark.usefixtures("blocks")
def test_check_shows_parts_and_what_is_not_modeled(run, rows, form):
    options = ("--id", "id", "--drop", "price", "--target", "kind")
    shown = run("check", getattr(rows, form), *options).stdout
    lines = {line.split("  ")[0]: line for line in shown.splitlines()}

    assert "2019 to 2020" in lines["when: year"] and "real" in lines["when: year"]
    assert "4: 1, 2, 3, 12" in lines["when: month"] and "7: Monday, Tuesday" in lines["when: weekday"]
    assert "no value" in lines["nothing"]
    assert "not modeled: 'id', 'name', 'price'" in shown and "'id';" not in shown
    assert "- to -" not in shown


def test_fit_keeps_what_it_is_told_to_keep(run, rows, tmp_path):
    keep = ("--keep", "name", "--keep", "id")
    told = run("fit", rows.csv, "--target", "kind", *keep, *QUICK, "--out", tmp_path / "m").stderr

    assert "left out" not in told and "identifier" not in told
    assert {"name", "id"} <= {variable.source for variable in load(tmp_path / "m").schema_.x}


def test_wrong_columns_are_refused_with_near_ones(run, rows, tmp_path):
    error = run("fit", rows.csv, "--target", "kind", "--drop", "nme", *QUICK, "--out", tmp_path / "m", code=2).stderr
    assert "no column 'nme'" in error and "did you mean 'name'" in error

    assert "no column 'Id'" in run("check", rows.csv, "--id", "Id", code=2).stderr
    assert "arrays have no column names" in run("check", "digits", "--keep", "a", code=2).stderr

    wrong = ("--set", "drop=size", "--out", tmp_path / "m")
    assert "use --drop" in run("fit", rows.csv, "--target", "kind", *wrong, code=2).stderr


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.usefixtures("blocks")
def test_identifiers_are_carried_into_predictions(run, rows, model, people, tmp_path, ending):
    read = pd.read_csv if ending == "csv" else pd.read_parquet

    for data in (rows.csv, rows.folder):
        for command, first in (("predict", "prediction"), ("score", "log_density")):
            out = tmp_path / f"{data.name}-{command}.{ending}"
            assert "Note" not in run(command, model, data, "--out", out).stderr
            found = read(out)

            assert list(found)[:3] == ["id", "name", first]
            # Of text files they are text: 007 is not 7.
            assert found["id"].astype(int).tolist() == people["id"].tolist()
            assert found["name"].tolist() == people["name"].tolist()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("ids", [[f"key {i}" for i in range(N)], np.arange(N)], ids=["text", "numbers"])
@pytest.mark.usefixtures("blocks")
def test_identifiers_may_be_missing_in_some_blocks(run, people, tmp_path, ids, late):
    known = np.arange(N) % 2 == 0
    known[:30] &= not late  # the first block, whose types all others have
    known[60:] &= late
    column = pd.Series(ids).where(known)
    frame = people[["size", "kind"]].assign(key=column.astype("Int64") if column.dtype.kind == "f" else column)
    data, out = tmp_path / "rows.parquet", tmp_path / "p.parquet"
    frame.to_parquet(data, index=False)
    run("fit", data, "--target", "kind", "--id", "key", *QUICK, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", data, "--out", out)

    assert pd.read_parquet(out)["key"].astype(object).where(known, None).tolist() == [
        value if there else None for value, there in zip(ids, known, strict=True)
    ]


def test_identifiers_follow_their_shard(run, rows, model, people, tmp_path):
    for part in (1, 2):
        run("predict", model, rows.folder, "--out", tmp_path / "p.csv", "--shard", f"{part}/2")

    parts = [pd.read_csv(tmp_path / f"p-{part}-of-2.csv") for part in (1, 2)]
    assert pd.concat(parts)["name"].tolist() == people["name"].tolist()


def test_rows_without_what_is_not_modeled_are_predicted(run, rows, model, people, tmp_path):
    few = tmp_path / "few.csv"
    people[["one", "when", "price", "size", "nothing"]].to_csv(few, index=False)
    told = run("predict", model, few, "--out", tmp_path / "few-p.csv").stderr
    run("predict", model, rows.csv, "--out", tmp_path / "p.csv")
    few, whole = pd.read_csv(tmp_path / "few-p.csv"), pd.read_csv(tmp_path / "p.csv")

    assert times(told, "the rows hold no 'id', 'name'") == 1
    pd.testing.assert_frame_equal(few, whole.drop(columns=["id", "name"]))


def test_an_identifier_with_the_name_of_a_result_is_renamed(run, people, tmp_path):
    data = tmp_path / "rows.csv"
    people[["id", "size", "kind"]].rename(columns={"id": "prediction"}).to_csv(data, index=False)
    run("fit", data, "--target", "kind", "--id", "prediction", *QUICK, "--out", tmp_path / "m")
    told = run("predict", tmp_path / "m", data, "--out", tmp_path / "p.parquet").stderr
    found = pd.read_parquet(tmp_path / "p.parquet")

    assert "the output has its own 'prediction'" in told
    assert found["id: prediction"].astype(int).tolist() == people["id"].tolist() and set(found["prediction"]) <= {
        "p",
        "q",
    }


def test_dates_are_sampled_in_parts_that_predict_reads(run, model, tmp_path):
    run("sample", model, "-n", 9, "--out", tmp_path / "new.csv")
    new = pd.read_csv(tmp_path / "new.csv")

    assert {"when: year", "when: month", "when: weekday", "when: time of day"} <= set(new) and "when" not in new
    run("predict", model, tmp_path / "new.csv", "--out", tmp_path / "p.csv")
    assert len(pd.read_csv(tmp_path / "p.csv")) == 9


@pytest.mark.usefixtures("blocks")
@pytest.mark.slow
def test_a_stream_with_dates_and_identifiers_is_fitted_with_its_figures(run, rows, tmp_path):
    told = run(
        "fit", rows.folder, "--target", "kind", "--id", "id", *QUICK, "--compare", "--figures", "--out", tmp_path / "m"
    ).stderr

    assert "Not every figure" not in told and (tmp_path / "m" / "figures" / "samples.png").exists()
    run("predict", tmp_path / "m", rows.folder, "--out", tmp_path / "p.csv")
    assert list(pd.read_csv(tmp_path / "p.csv"))[:2] == ["id", "prediction"]


def test_several_targets_carry_identifiers_too(run, rows, tmp_path):
    targets = ("--target", "kind", "--target", "size")
    run("fit", rows.csv, *targets, "--id", "id", "--drop", "name", *QUICK, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", rows.csv, "--out", tmp_path / "p.csv")

    assert list(pd.read_csv(tmp_path / "p.csv"))[:2] == ["id", "kind_prediction"]


def test_a_marker_in_a_real_target_is_told_once(run, tmp_path):
    data = tmp_path / "rows.csv"
    pd.DataFrame({"x": np.arange(N) ** 2, "y": np.where(np.arange(N) % 2, -1.0, 1.5 + np.arange(N))}).to_csv(data)
    warnings = json.loads(run("check", data, "--target", "y", "--json").stdout)["warnings"]

    assert sum("-1 occurs in 50% of the rows" in warning for warning in warnings) == 1


@pytest.mark.filterwarnings("ignore:columns without")
def test_odd_names_are_drawn_as_they_are(run, tmp_path):
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"$x$": random.normal(size=N), "a\nb": random.normal(size=N), "": random.normal(size=N)})
    frame.assign(**{"$t$": ["$\\alpha$", "b$"] * (N // 2)}).to_parquet(tmp_path / "odd.parquet", index=False)
    told = run("fit", tmp_path / "odd.parquet", "--target", "$t$", *QUICK, "--figures", "--out", tmp_path / "m").stderr

    assert "Not every figure" not in told and len(list((tmp_path / "m" / "figures").iterdir())) == 4


@pytest.mark.parametrize("streamed", [(), ("--stream",)])
@pytest.mark.usefixtures("blocks")
def test_parquet_columns_without_any_value(run, tmp_path, streamed):
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=N), "y": ["p", "q"] * (N // 2)})
    data = tmp_path / "rows.parquet"
    dtypes = ["string", "str", "boolean", "category", "datetime64[ns]", "object"]
    frame.assign(**{dtype: pd.Series([None] * N, dtype=dtype) for dtype in dtypes}).to_parquet(data, index=False)
    told = run("fit", data, "--target", "y", *streamed, *QUICK, "--compare", "--out", tmp_path / "m").stderr
    run("predict", tmp_path / "m", data, "--out", tmp_path / "p.csv")

    assert times(told, "columns without any value carry no information") == 1
    assert all(times(told, f"'{dtype}'") == 1 for dtype in dtypes)

    for dtype in dtypes:
        error = run("fit", data, "--target", dtype, *streamed, *QUICK, "--out", tmp_path / "n", code=2).stderr
        assert "no labeled row" in error


@pytest.mark.parametrize("ids", [["007", "010", "1e5"], ["NA", "", "12345678901234567890123"]])
def test_identifiers_are_carried_as_they_are_written(run, tmp_path, ids):
    lines = [f"{ids[i % 3]},{i % 7},{'pq'[i % 2]}" for i in range(30)]
    (tmp_path / "rows.csv").write_text("id,a,y\n" + "\n".join(lines))
    run("fit", tmp_path / "rows.csv", "--target", "y", "--id", "id", *QUICK, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", tmp_path / "rows.csv", "--out", tmp_path / "p.csv")
    written = [line.split(",")[0] for line in (tmp_path / "p.csv").read_text().splitlines()]

    assert written[:4] == ["id", *ids]


def test_column_that_joined_the_labels_is_carried_too(run, tmp_path):
    (tmp_path / "rows.csv").write_text("key,a\n" + "".join(f"{i:03},{i % 7}\n" for i in range(30)))
    (tmp_path / "labels.csv").write_text("key,y\n" + "".join(f"{i:03},{'pq'[i % 2]}\n" for i in range(20)))
    more = ["--target", "y", "--labels-from", tmp_path / "labels.csv", *QUICK]
    run("fit", tmp_path / "rows.csv", *more, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", tmp_path / "rows.csv", "--out", tmp_path / "p.csv")

    assert (tmp_path / "p.csv").read_text().splitlines()[8].startswith("007,")


def test_text_stays_text_in_files_where_it_could_be_numbers(run, tmp_path):
    rows = [(("01", "02", "1A")[i % 3], ("1", "2", "A")[i % 3], i % 7, ("1", "2", "B")[i % 3]) for i in range(60)]
    frame = pd.DataFrame(rows, columns=["code", "zone", "a", "y"])
    frame.to_csv(tmp_path / "all.csv", index=False)
    frame[frame["y"] != "B"].to_csv(tmp_path / "few.csv", index=False)
    run("fit", tmp_path / "all.csv", "--target", "y", *QUICK, "--out", tmp_path / "m")

    for name in ("all", "few"):
        told = run("predict", tmp_path / "m", tmp_path / f"{name}.csv", "--out", tmp_path / f"p-{name}.csv").stderr
        assert "never seen" not in told and "missing" not in told

    every, few = (pd.read_csv(tmp_path / f"p-{name}.csv", dtype={"prediction": str}) for name in ("all", "few"))
    pd.testing.assert_frame_equal(every[frame["y"] != "B"].reset_index(drop=True), few)
    assert json.loads(run("evaluate", tmp_path / "m", tmp_path / "few.csv", "--json").stdout)["n"] == 40
