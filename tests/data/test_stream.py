"""Rows read in blocks are understood as those in memory are, and kept on disk whole or not at all."""

import os
import warnings

import numpy as np
import pandas as pd
import pytest
from tests.understood import class_labels, codec_for, real_labels

from semivae.data.read import read
from semivae.data.stream.cache import ingested, surveyed
from semivae.data.stream.rows import stream
from semivae.data.stream.stored import StoredRows
from semivae.errors import DataError, SchemaError


@pytest.fixture
def housing(data_root):
    frame = pd.read_csv(data_root / "tabular/california_housing/housing.csv").iloc[:5000]

    return frame.assign(near=frame["latitude"] > 35, id=[f"house {row}" for row in range(len(frame))])


def assert_same(variables, expected):
    """Variables are the same, but for the last digits of what is summed in another order."""

    for variable, other in zip(variables, expected, strict=True):
        assert (variable.center, variable.scale) == pytest.approx((other.center, other.scale), rel=1e-9)
        assert variable.to_json() | {"center": 0, "scale": 0} == other.to_json() | {"center": 0, "scale": 0}


def stored(rows: StoredRows):
    return rows.read(0, len(rows))


@pytest.mark.filterwarnings("ignore:left out")
def test_a_real_table_is_understood_as_in_memory(write, housing):
    found = surveyed(stream(write(housing)))
    codec = codec_for(housing)

    assert_same(found.codec.variables, codec.variables)
    assert found.codec.left_out == codec.left_out == ("id",)
    assert found.names == tuple(housing)
    assert found.missing == tuple(housing[codec.names].isna().sum())


def test_every_type_is_understood_as_in_memory(write, frame):
    many = pd.concat([frame.drop(columns=["mixed"])] * 60, ignore_index=True)
    many["late"] = ["a"] * 239 + ["b"]
    many["nothing"] = None
    many["whole"] = [None] + [3] * 239

    source = read(write(many, parts=1) / "0.parquet")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        expected = codec_for(source.x)

    found = surveyed(stream(write(many, name="again")))

    assert_same(found.codec.variables, expected.variables)
    assert {v.name: v.classes for v in found.codec.variables}["late"] == ("a", "b")


@pytest.mark.filterwarnings("ignore:left out")
def test_encoded_rows_are_those_of_memory(write, housing):
    y = housing["ocean_proximity"].where(np.arange(len(housing)) % 3 == 0)
    rows = ingested(stream(write(housing.assign(ocean_proximity=y)), "ocean_proximity"), "category", -1)
    x = housing.drop(columns="ocean_proximity")
    expected = codec_for(x).encode(x)
    labels = class_labels(y, -1, "ocean_proximity")
    codes = labels.encode(y)

    np.testing.assert_allclose(stored(rows.split.labeled), expected[codes >= 0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(stored(rows.split.unlabeled), expected[codes < 0], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(stored(rows.split.labels)[:, 0], codes[codes >= 0])
    assert rows.targets.single == labels.variable
    assert rows.targets.columns["ocean_proximity"].counts == tuple(np.bincount(codes[codes >= 0]))
    assert len(rows) == len(housing)


def test_arrays_are_understood_as_in_memory(write, tmp_path):
    x = np.random.default_rng(0).normal(5, 3, (730, 4)).astype(np.float32)
    x[3, 1] = np.nan
    np.save(tmp_path / "x.npy", x)
    pd.DataFrame({"row": [0, 729, 5], "y": ["a", "b", "a"]}).to_csv(tmp_path / "y.csv", index=False)
    rows = ingested(stream(tmp_path / "x.npy", "y", tmp_path / "y.csv"), "category", -1)

    assert_same(rows.survey.codec.variables, codec_for(x).variables)
    np.testing.assert_allclose(stored(rows.split.labeled), codec_for(x).encode(x[[0, 5, 729]]), rtol=1e-5)
    assert stored(rows.split.labels)[:, 0].tolist() == [0, 0, 1]


@pytest.mark.parametrize("marker", [None, -1.0])
def test_real_targets_are_understood_as_in_memory(write, marker):
    y = pd.Series(np.random.default_rng(0).normal(size=500)).where(np.arange(500) % 3 > 0, marker)
    rows = ingested(stream(write(pd.DataFrame({"x": np.arange(500.0), "y": y})), "y"), "real", marker)
    labels = real_labels(y, marker, "y")

    assert_same([rows.targets.single], [labels.variable])
    known = labels.encode(y)[~np.isnan(labels.encode(y))]
    np.testing.assert_allclose(stored(rows.split.labels)[:, 0], known, rtol=1e-5)


def test_a_marker_in_a_real_target_is_pointed_out(write):
    rows = stream(write(pd.DataFrame({"x": np.arange(300.0), "y": np.arange(300) % 10 - 1})), "y")

    with pytest.warns(UserWarning, match="-1 occurs in 10%"):
        ingested(rows, "real")


def test_whole_classes_stay_whole_beside_missing_ones(write):
    rows = stream(write(pd.DataFrame({"x": np.arange(300.0), "y": [0.0, 1.0, None] * 100})), "y")

    assert ingested(rows, "category", -1).targets.single.classes == (0, 1)
    assert ingested(rows, "category", -1).targets.single.dtype == "int64"


def test_labels_are_joined_by_the_column_that_both_files_name(write, housing, tmp_path):
    housing = housing.assign(number=np.arange(len(housing)))[["number", "latitude", "population", "ocean_proximity"]]
    known = housing.sample(300, random_state=0)
    known[["ocean_proximity", "number"]].to_csv(tmp_path / "labels.csv", index=False)
    folder = write(housing.drop(columns="ocean_proximity"))
    rows = ingested(stream(folder, "ocean_proximity", tmp_path / "labels.csv"), "category", -1)
    order = known.sort_index()

    assert rows.survey.codec.names == ["latitude", "population"], "what rows are joined by says nothing of them"
    assert rows.survey.codec.left_out == ("number",)
    np.testing.assert_array_equal(
        rows.targets.labels.decode(stored(rows.split.labels))["ocean_proximity"], order["ocean_proximity"]
    )
    back = rows.survey.codec.decode(stored(rows.split.labeled))
    np.testing.assert_allclose(back["population"], order["population"], rtol=1e-4)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"other": [1], "y": ["a"]}, "shares no column"),
        ({"id": [1], "x": [1], "y": ["a"]}, "'id', 'x'"),
        ({"id": [1, 1], "y": ["a", "b"]}, "several labels for 1"),
        ({"id": ["one"], "y": ["a"]}, "no row has an identifier"),
        ({"id": [1], "z": ["a"]}, "has no 'y'"),
    ],
)
def test_labels_that_cannot_be_joined_are_refused(write, tmp_path, labels, message):
    folder = write(pd.DataFrame({"id": np.arange(90), "x": np.arange(90.0)}))
    pd.DataFrame(labels).to_csv(tmp_path / "labels.csv", index=False)

    with pytest.raises(DataError, match=message):
        ingested(stream(folder, "y", tmp_path / "labels.csv"), "category", -1)


def test_labels_without_a_row_are_pointed_out(write, tmp_path):
    folder = write(pd.DataFrame({"id": np.arange(90), "x": np.arange(90.0)}))
    pd.DataFrame({"id": [1, 2, 1000], "y": ["a", "b", "a"]}).to_csv(tmp_path / "labels.csv", index=False)

    with pytest.warns(UserWarning, match=r"1 of 3 labels .* 1000"):
        rows = ingested(stream(folder, "y", tmp_path / "labels.csv"), "category", -1)

    assert rows.targets.columns["y"].counts == (1, 1)


def test_infinite_values_are_refused_as_in_memory(write):
    frame = pd.DataFrame({"a": np.arange(300.0), "b": 1.0, "c": np.arange(300.0)})
    frame.loc[[3, 250], "a"] = np.inf
    frame.loc[250, "c"] = -np.inf

    with pytest.raises(DataError) as known:
        codec_for(frame)

    with pytest.raises(DataError) as error:
        surveyed(stream(write(frame)))

    assert str(error.value) == str(known.value)


@pytest.mark.parametrize(
    "column",
    [pd.timedelta_range("1h", periods=300), [str(row) for row in range(299)] + ["?"]],
    ids=["durations", "text among numbers"],
)
def test_columns_that_cannot_be_used_are_refused_as_in_memory(write, column):
    frame = pd.DataFrame({"a": np.arange(300.0), "b": pd.Series(column)})

    with pytest.raises(DataError) as known:
        codec_for(read(write(frame, parts=1) / "0.parquet").x)

    with pytest.raises(DataError) as error:
        surveyed(stream(write(frame, name="again")))

    assert error.value.needed == known.value.needed and "'b'" in error.value.given


def test_text_with_very_many_values_is_left_out(write, monkeypatch):
    monkeypatch.setattr("semivae.data.columns.tally.MOST_VALUES", 60)
    found = surveyed(stream(write(pd.DataFrame({"a": 1.5 * np.arange(300), "b": [f"n{i % 80}" for i in range(300)]}))))

    assert found.codec.names == ["a"] and found.codec.left_out == ("b",)


def test_files_of_a_folder_that_differ_are_refused_with_each_difference(write):
    folder = write(pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1, 2]}), parts=1)
    pd.DataFrame({"a": ["1"], "b": ["x"], "d": [1]}).to_parquet(folder / "1.parquet")

    with pytest.raises(SchemaError) as error:
        stream(folder, "b")

    for part in ("no column 'c'", "a column 'd'", "text in 'a'", "numbers"):
        assert part in str(error.value)


def test_files_without_rows_or_values_do_not_disturb(write):
    frame = pd.DataFrame({"a": [1, 2, 3] * 30, "b": ["x", "y", "x"] * 30})
    folder = write(frame)
    frame.iloc[:0].to_parquet(folder / "9.parquet", index=False)
    pd.DataFrame({"a": [2], "b": [None]}).to_parquet(folder / "5.parquet", index=False)
    found = surveyed(stream(folder))

    assert found.rows == 91 and found.missing == (0, 1)
    assert found.codec.variables[1].classes == ("x", "y")


def test_a_folder_may_hold_more_files_than_can_be_open(write):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    folder = write(pd.DataFrame({"a": np.arange(300.0)}), parts=150)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 50, limits[1]))

    try:
        assert surveyed(stream(folder)).rows == 300
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_column_besides_the_target_is_needed(write):
    with pytest.raises(DataError, match="no column but the target"):
        surveyed(stream(write(pd.DataFrame({"y": [1, 2, 3] * 9})), "y"))


def test_bad_folders_and_files_are_refused(write, tmp_path):
    (tmp_path / "empty").mkdir()
    folder = write(pd.DataFrame({"a": np.arange(500.0)}))
    pd.DataFrame({"a": []}).to_parquet(tmp_path / "none.parquet")
    np.save(tmp_path / "text.npy", np.array(["a"]))
    np.save(tmp_path / "columns.npy", np.asfortranarray(np.ones((5, 3))))

    for path, message in [
        (tmp_path / "empty", "no parquet file"),
        (tmp_path / "nowhere.parquet", "does not exist"),
        (tmp_path / "none.parquet", "no rows"),
        (tmp_path, "rows/0.parquet"),
        (tmp_path / "text.npy", "must hold numbers"),
        (tmp_path / "columns.npy", "column by column"),
    ]:
        with pytest.raises(DataError, match=message):
            len(stream(path))

    whole = (folder / "1.parquet").read_bytes()
    (folder / "1.parquet").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(DataError, match=r"1.parquet cannot be read"):
        len(stream(folder))
