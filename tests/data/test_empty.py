"""Columns without any value, of every type: no category, no crash, and given back as they came."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.understood import class_labels, codec_for, real_labels, target_labels

from semivae.data.codecs.choose import codec_of
from semivae.data.stream.cache import surveyed
from semivae.data.stream.rows import stream
from semivae.errors import DataError

N = 30
EMPTY = {
    "float64": np.full(N, np.nan),
    "string": pd.array([None] * N, dtype="string"),
    "str": pd.Series([None] * N, dtype="str"),
    "boolean": pd.array([None] * N, dtype="boolean"),
    "Int64": pd.array([None] * N, dtype="Int64"),
    "category": pd.Categorical([None] * N),
    "declared category": pd.Categorical([None] * N, ["low", "high"]),
    "datetime64[ns]": pd.Series([pd.NaT] * N, dtype="datetime64[ns]"),
    "datetime64[ns, UTC]": pd.Series([pd.NaT] * N, dtype="datetime64[ns, UTC]"),
    "timedelta64[ns]": pd.Series([pd.NaT] * N, dtype="timedelta64[ns]"),
    "period[M]": pd.Series([pd.NaT] * N, dtype="period[M]"),
    "object": pd.Series([None] * N, dtype=object),
    "null[pyarrow]": pd.Series([None] * N, dtype="null[pyarrow]"),
    "date32[day][pyarrow]": pd.Series([None] * N, dtype="date32[day][pyarrow]"),
}
every_type = pytest.mark.parametrize("column", EMPTY.values(), ids=EMPTY)
IGNORED = pytest.mark.filterwarnings("ignore:columns without any value")


def frame_with(column):
    return pd.DataFrame({"size": 1.5 * np.arange(N), "empty": column})


@every_type
def test_an_empty_column_is_said_once_and_comes_back_as_it_came(column):
    frame = frame_with(column)

    with pytest.warns(UserWarning, match="without any value.*'empty'") as warned:
        codec = codec_for(frame)

    assert len(warned) == 1
    variable, back = codec.variables[1], codec_of(codec.schema()).decode(codec.encode(frame))
    assert (variable.kind, variable.low, variable.missing) == ("real", None, True)
    assert back["empty"].isna().all()
    assert back["empty"].dtype == (object if column is None else frame["empty"].dtype) or variable.dtype == "category"


@every_type
@IGNORED
def test_values_that_come_later_are_missing(column):
    frame = frame_with(column)
    codec = codec_for(frame)
    dates = pd.date_range("2020-01-01", periods=N)

    for later in (["text"] * N, np.arange(N), dates, dates - dates[0], [[1]] * N):
        with pytest.warns(UserWarning, match="were empty in the fit now hold values.*'empty'") as warned:
            values = codec.encode(frame.assign(empty=later))

        assert np.isnan(values[:, 1]).all() and len(warned) == 1


@pytest.mark.parametrize("name", [name for name in EMPTY if name not in ("period[M]", "null[pyarrow]")])
@IGNORED
def test_streams_find_what_memory_finds(write, name):
    frame = pd.concat([frame_with(EMPTY[name])] * 8, ignore_index=True)
    found = surveyed(stream(write(frame)))
    variable = found.codec.variables[1]

    assert (variable.kind, variable.low, variable.missing, found.missing[1]) == ("real", None, True, 8 * N)
    assert found.codec.decode(found.codec.encode(frame))["empty"].isna().all()


@pytest.mark.parametrize("late", [["a", "b"] * 20, [True, False] * 20, pd.date_range("2020-01-01", periods=40)])
def test_blocks_without_a_value_do_not_decide(write, late):
    values = pd.Series(late)
    column = pd.concat([pd.Series([None] * 200, dtype="boolean" if values.dtype == bool else values.dtype), values])
    frame = pd.DataFrame({"size": 1.5 * np.arange(240), "late": column.to_numpy(dtype=object)}).convert_dtypes()
    codec = surveyed(stream(write(frame))).codec

    assert [v.kind for v in codec.variables] == [v.kind for v in codec_for(frame).variables]
    assert all(variable.missing and not variable.valueless for variable in codec.variables[1:])


@every_type
def test_rows_without_any_value_are_refused(column):
    with pytest.raises(DataError, match="no cell holds a value, in 'empty'"):
        codec_for(frame_with(column)[["empty"]])


@every_type
@pytest.mark.parametrize("marker", [None, -1, "?"])
def test_empty_targets_are_refused(column, marker):
    y = pd.Series(column)

    for labels in (class_labels, real_labels):
        with pytest.raises(DataError, match="no labeled row"):
            labels(y, marker)

    with pytest.raises(DataError, match="no labeled row: target 'late'"):
        target_labels(pd.DataFrame({"kind": ["a", "b"] * (N // 2), "late": y}), marker)


@IGNORED
def test_polars_columns_without_a_value():
    for dtype in (pl.String, pl.Boolean, pl.Categorical, pl.Date, pl.Datetime, pl.Duration, pl.Int64, pl.Null):
        frame = pl.DataFrame({"size": [1.0, 2.5], "empty": pl.Series([None, None], dtype=dtype)})

        assert codec_for(frame).variables[1].valueless
